import { activityInfo } from '@temporalio/activity';
import { TributaryError } from '../../domain/errors.ts';
import { createRowDiff } from '../../domain/report-diff.ts';
import type { ReportSource } from '../../domain/report-type.ts';
import type { ConnectionDoc, ReportDoc, ReportRowDoc, ReportTypeDoc, UnfitRows } from '../../stores/model.ts';
import { stageId } from '../../stores/report-rows.ts';
import { type Life, live } from '../life.ts';
import type { ActivityPorts } from '../ports.ts';
import { openApp, type ReportPorts } from './app.ts';
import { type AppRows, openAppRows } from './app-rows.ts';
import type { CollectedReport, ReportHeavyActivities, ReportRef } from './contracts.ts';
import { markAsked, openReport, requireOwn } from './open.ts';
import { findSource, storedPages } from './source.ts';

const none: UnfitRows = { rows: 0, twice: 0, samples: [] };

/** See {@link ReportHeavyActivities}. */
export function collectReport(
  ports: ReportPorts,
  { reportId, ...ref }: Parameters<ReportHeavyActivities['collectReport']>[0],
): Promise<CollectedReport> {
  const { reports, reportRows } = ports.stores;
  return live('UNKNOWN_ERROR', async (life) => {
    const { report, type } = await openReport(ports.stores, ref);
    const source = await openRows(ports, ref, { report, type, reportId }, life);
    const stage = stageId(report.slot, report.runs, activityInfo().attempt);
    const stored = reportRows.of(report.type);
    let given = 0;
    for await (const page of source.pages()) {
      await life.stopIfAsked();
      if (page.length === 0) continue;
      requireOwn(await reports.get(report._id), ref);
      await stored.putMany(page.map(({ key, data }) => ({ _id: `${stage}/${key}`, key, data })));
      given += page.length;
      life.progressed({ rows: given });
    }
    const unfit = source.unfit();
    const rows = given - unfit.twice;
    if (rows === 0) throw emptyOf(report, source.connection, type.source.kind, unfit);
    await reports.change(report._id, (doc) => {
      requireOwn(doc, ref);
      return { staged: unfit.rows + unfit.twice === 0 ? null : { stage, unfit } };
    });
    return { stage, rows, sealed: source.connection.sealedSession };
  });
}

interface Opened extends AppRows {
  readonly connection: ConnectionDoc;
}

async function openRows(
  ports: ReportPorts,
  ref: ReportRef,
  { report, type, reportId }: { report: ReportDoc; type: ReportTypeDoc; reportId: string | undefined },
  life: Life,
): Promise<Opened> {
  const { source, realTime } = type;
  if (source.kind === 'app') {
    const app = await openApp(ports, ref, source, life);
    return { connection: app.connection, ...(await openAppRows(ports, app, report, reportId)) };
  }
  const { connection } = await findSource(ports, type);
  await markAsked(ports.stores, ref);
  const date = realTime ? null : report.date;
  return { connection, pages: () => storedPages(ports, connection, source, date), unfit: () => none };
}

function emptyOf(
  { date }: ReportDoc,
  { _id, sealedSession }: ConnectionDoc,
  kind: ReportSource['kind'],
  { rows, samples }: UnfitRows,
): TributaryError {
  if (rows > 0)
    return new TributaryError(
      'REPORT_ROWS_UNFIT',
      `The app gave ${rows} rows for ${date}, and none fits. The first: ${samples[0]?.why ?? 'unknown'}`,
    );
  return new TributaryError(
    'REPORT_EMPTY',
    kind === 'query' && sealedSession === 0
      ? `Nothing of the connection "${_id}" was loaded yet.`
      : `The source has no rows for ${date}.`,
  );
}

/** See {@link ReportHeavyActivities}. */
export function compareReport(
  { stores }: Pick<ActivityPorts, 'stores'>,
  ref: ReportRef & CollectedReport,
): Promise<void> {
  return live('UNKNOWN_ERROR', async (life) => {
    const { report } = await openReport(stores, ref);
    const rows = stores.reportRows.of(report.type);
    // Rows that were collected and not delivered are no revision.
    const earlier = report.revision === 0 ? null : report.mongoId;
    const diff = createRowDiff();
    for await (const page of rows.pages(ref.stage)) {
      await life.stopIfAsked();
      const before = await versions(rows, earlier, page);
      for (const row of page) diff.row(row, before.get(row.key)?.data);
    }
    if (earlier !== null)
      for await (const page of rows.pages(earlier)) {
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
      ...(report.staged?.stage === ref.stage ? { unfit: report.staged.unfit } : {}),
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
