import { activityInfo } from '@temporalio/activity';
import { TributaryError } from '../../domain/errors.ts';
import { createRowDiff } from '../../domain/report-diff.ts';
import type { ReportRowDoc } from '../../stores/model.ts';
import { stageId } from '../../stores/report-rows.ts';
import { live } from '../life.ts';
import type { ActivityPorts } from '../ports.ts';
import type { CollectedReport, ReportRef } from './contracts.ts';
import { openReport, requireOwn } from './open.ts';
import { openSource } from './source.ts';

type Ports = Pick<ActivityPorts, 'stores' | 'definition'>;

/** See {@link ReportHeavyActivities}. */
export function collectReport(ports: Ports, ref: ReportRef): Promise<CollectedReport> {
  const { reports, reportRows } = ports.stores;
  return live('UNKNOWN_ERROR', async (life) => {
    const { report, type } = await openReport(ports.stores, ref);
    const source = await openSource(ports, type, report.date);
    await reports.change(report._id, (doc) => {
      requireOwn(doc, ref);
      return doc.askedAt === null ? { askedAt: new Date() } : null;
    });
    const stage = stageId(report.slot, report.runs, activityInfo().attempt);
    const stored = reportRows.of(report.type);
    let rows = 0;
    for await (const page of source.pages()) {
      await life.stopIfAsked();
      if (page.length === 0) continue;
      requireOwn(await reports.get(report._id), ref);
      await stored.putMany(page.map(({ key, data }) => ({ _id: `${stage}/${key}`, key, data })));
      rows += page.length;
      life.progressed({ rows });
    }
    const { sealedSession } = source.connection;
    if (rows === 0)
      throw new TributaryError(
        'REPORT_EMPTY',
        sealedSession === 0
          ? `Nothing of the connection "${source.connection._id}" was loaded yet.`
          : `The source has no rows for ${report.date}.`,
      );
    return { stage, rows, sealed: sealedSession };
  });
}

/** See {@link ReportHeavyActivities}. */
export function compareReport(
  { stores }: Pick<ActivityPorts, 'stores'>,
  ref: ReportRef & CollectedReport,
): Promise<void> {
  return live('UNKNOWN_ERROR', async (life) => {
    const { report } = await openReport(stores, ref);
    const rows = stores.reportRows.of(report.type);
    const diff = createRowDiff();
    for await (const page of rows.pages(ref.stage)) {
      await life.stopIfAsked();
      const before = await versions(rows, report.mongoId, page);
      for (const row of page) diff.row(row, before.get(row.key)?.data);
    }
    if (report.mongoId !== null)
      for await (const page of rows.pages(report.mongoId)) {
        await life.stopIfAsked();
        const after = await versions(rows, ref.stage, page);
        for (const { key } of page) if (!after.has(key)) diff.gone(key);
      }
    const number = report.revision + 1;
    await stores.reports.putRevision({
      _id: `${report._id}/${number}`,
      type: report.type,
      slot: report.slot,
      number,
      at: new Date(),
      occasion: report.occasion ?? 'due',
      by: report.by ?? { kind: 'system', id: 'report' },
      rows: ref.rows,
      ...diff.result,
    });
  });
}

/** The same keys in another stage. */
async function versions(
  rows: ReturnType<ActivityPorts['stores']['reportRows']['of']>,
  stage: string | null,
  page: readonly ReportRowDoc[],
): Promise<Map<string, ReportRowDoc>> {
  const found = stage === null ? [] : await rows.getMany(page.map(({ key }) => `${stage}/${key}`));
  return new Map(found.map((row) => [row.key, row]));
}
