import type { Actor } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import { statusAfter } from '../../domain/report-steps.ts';
import type { ReportDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';

/** What clearing needs. */
export interface ClearPorts {
  readonly stores: Pick<Stores, 'reports' | 'logs'>;
  readonly now: () => Date;
}

/**
 * Clears Fail of a report (document 003, section 5): it is made again at the next scheduled time. Its Last Updated goes
 * too where the source gave nothing (kind b).
 * @throws {TributaryError} NOT_FOUND, REPORT_NOT_FAILED
 */
export async function clearFail(
  { stores, now }: ClearPorts,
  { _id, status, date }: Pick<ReportDoc, '_id' | 'status' | 'date'>,
  by: Actor,
  remark = '',
): Promise<ReportDoc> {
  const at = now();
  // First, so that a crash in between loses no row.
  const text = `${by.id} asked to clear the failure of the report of ${date}.${remark === '' ? '' : ` ${remark}`}`;
  if (status === 'failed')
    await stores.logs.add({ at, by, subject: `report/${_id}`, text, before: null, after: null });
  return stores.reports.change(_id, (doc) => {
    if (doc.status !== 'failed')
      throw new TributaryError('REPORT_NOT_FAILED', `The report of ${doc.date} is ${doc.status}.`);
    return {
      status: statusAfter(doc.status, ['clearFail']),
      statusSince: at,
      ...{ fail: false, kind: null, reason: null, detail: null },
      ...(doc.kind === 'b' ? { lastUpdated: null } : {}),
    };
  });
}

/** Empties Last Updated of a report that failed (document 003, section 5, scenario b). */
export async function clearLastUpdated(
  { stores, now }: ClearPorts,
  { _id, date, lastUpdated }: Pick<ReportDoc, '_id' | 'date' | 'lastUpdated'>,
  by: Actor,
  remark = '',
): Promise<void> {
  if (lastUpdated === null) return;
  const text = `${by.id} emptied Last Updated of the report of ${date}. It was ${lastUpdated.toISOString()}.${remark === '' ? '' : ` ${remark}`}`;
  const line = { at: now(), by, subject: `report/${_id}`, text };
  await stores.logs.add({ ...line, before: { lastUpdated }, after: { lastUpdated: null } });
  await stores.reports.change(_id, (doc) => (doc.lastUpdated === null ? null : { lastUpdated: null }));
}
