import { TributaryError } from '../../domain/errors.ts';
import type { ReportDoc, ReportTypeDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import type { ReportRef } from './contracts.ts';

/** @throws {TributaryError} REPORT_TAKEN_OVER when the run is no longer the one that may write; NOT_FOUND */
export async function openReport(
  { reports, reportTypes }: Pick<Stores, 'reports' | 'reportTypes'>,
  ref: ReportRef,
): Promise<{ readonly report: ReportDoc; readonly type: ReportTypeDoc }> {
  const report = requireOwn(await reports.get(ref.id), ref);
  const type = await reportTypes.get(report.type);
  if (type === null) throw new TributaryError('NOT_FOUND', `There is no report type "${report.type}".`);
  return { report, type };
}

/** Writes down that the source of the present run is asked: from here on a failure is its own. @throws {TributaryError} REPORT_TAKEN_OVER */
export async function markAsked({ reports }: Pick<Stores, 'reports'>, ref: ReportRef): Promise<void> {
  await reports.change(ref.id, (doc) => {
    requireOwn(doc, ref);
    return doc.askedAt === null ? { askedAt: new Date() } : null;
  });
}

/** @throws {TributaryError} REPORT_TAKEN_OVER */
export function requireOwn(report: ReportDoc | null, { engineRun }: ReportRef): ReportDoc {
  if (report?.status !== 'running' || report.engineRun !== engineRun)
    throw new TributaryError('REPORT_TAKEN_OVER');
  return report;
}
