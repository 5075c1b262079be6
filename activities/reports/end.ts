import { failedKind, failedKinds } from '../../domain/report.ts';
import { restatedShare } from '../../domain/report-diff.ts';
import { statusAfter } from '../../domain/report-steps.ts';
import type { ReportDoc } from '../../stores/model.ts';
import type { ActivityPorts } from '../ports.ts';
import {
  createdLine,
  failedLine,
  raiseFailed,
  raiseRejected,
  raiseRestated,
  settleFailures,
} from './alerts.ts';
import type { ReportActivities, ReportFault, ReportRef } from './contracts.ts';
import { feedDatapoints } from './feed.ts';
import { requireOwn } from './open.ts';

type Ports = Pick<ActivityPorts, 'stores'>;

/** See {@link ReportActivities}. */
export async function createReport(
  { stores }: Ports,
  input: Parameters<ReportActivities['createReport']>[0],
): Promise<{ readonly revision: number }> {
  const { id, engineRun, stage, rows, sealed, missingMs } = input;
  const now = new Date();
  const report = await stores.reports.change(id, (doc) => {
    // Repeated after its answer was lost.
    if (doc.status === 'created' && doc.engineRun === engineRun) return null;
    requireOwn(doc, { id, engineRun });
    const late = doc.dueAt !== null && now.getTime() - doc.dueAt.getTime() > missingMs;
    return {
      status: statusAfter(doc.status, ['create']),
      statusSince: now,
      revision: doc.revision + 1,
      rows,
      mongoId: stage,
      sealed,
      lastUpdated: now,
      requested: null,
      staged: null,
      unfit: doc.staged?.stage === stage ? doc.staged.unfit.rows + doc.staged.unfit.twice : 0,
      late: doc.revision === 0 ? doc.late || late : doc.late,
      ...(doc.revision > 0 && doc.occasion === 'repeat' ? { updateRepeated: now } : {}),
    };
  });
  if (report.mongoId === stage) await afterCreation(stores, report);
  return { revision: report.revision };
}

/** Repeated as a whole after a crash: each part may be done again. */
async function afterCreation(stores: Ports['stores'], report: ReportDoc): Promise<void> {
  await stores.reportRows.of(report.type).keepOnly(report.slot, report.mongoId);
  const type = await stores.reportTypes.get(report.type);
  await feedDatapoints(stores, report);
  const [revision] = await stores.reports.revisions(report._id);
  if (type !== null && report.revision > 1 && revision?.number === report.revision) {
    const share = restatedShare(revision);
    if (share > type.restatementThreshold) await raiseRestated(stores, report, revision, share);
  }
  if (type?.notifyOnFail === true && collectedNow(report) !== null) await raiseRejected(stores, report);
  await settleFailures(stores, report);
  if (report.realTime) await clearOthers(stores, report);
  await stores.logs.add(createdLine(report));
}

/** A real-time report that failed cannot be made any more: the next success clears it. */
async function clearOthers(stores: Ports['stores'], report: ReportDoc): Promise<void> {
  for (const other of await stores.reports.failed()) {
    if (other.type !== report.type || !other.realTime || other._id === report._id) continue;
    const cleared = await stores.reports.change(other._id, ({ fail }) => (fail ? { fail: false } : null));
    await settleFailures(stores, cleared);
  }
}

/** The rows that the present run was about to deliver; null: it did not come so far. */
const collectedNow = ({ slot, runs, delivery }: ReportDoc): string | null =>
  delivery?.stage.startsWith(`${slot}/${runs}.`) === true ? delivery.stage : null;

/** Reasons after which the report that the app has made is of no use: the next run requests another one. */
const spent: ReadonlySet<string> = new Set([
  'REPORT_EMPTY',
  'REPORT_ROWS_UNFIT',
  'SOURCE_REPORT_FAILED',
  'SOURCE_REPORT_GONE',
  'SOURCE_BAD_ANSWER',
]);

/** See {@link ReportActivities}. */
export async function failReport(
  { stores }: Ports,
  { id, engineRun, reason, detail, side }: ReportRef & ReportFault,
): Promise<void> {
  const now = new Date();
  const known = await stores.reports.get(id);
  if (known?.engineRun !== engineRun) return;
  const report = await stores.reports.change(id, (doc) => {
    if (doc.status !== 'running' || doc.engineRun !== engineRun) return null;
    const sourceAsked = doc.askedAt !== null && side !== 'control';
    const kind = failedKind({ hasRevision: doc.revision > 0, sourceAsked });
    // Where only the delivery failed, the rows are there.
    const collected = side === 'control' && doc.revision === 0 ? collectedNow(doc) : null;
    const emptied = Object.fromEntries(failedKinds[kind].empty.map((field) => [field, null]));
    return {
      ...emptied,
      ...(collected === null ? {} : { mongoId: collected }),
      status: statusAfter(doc.status, ['fail']),
      statusSince: now,
      fail: true,
      kind,
      reason,
      detail: detail.slice(0, 1_000),
      failures: doc.failures + 1,
      staged: null,
      ...(spent.has(reason) ? { requested: null } : {}),
    };
  });
  if (report.status !== 'failed' || report.engineRun !== engineRun) return;
  await stores.reportRows.of(report.type).keepOnly(report.slot, report.mongoId);
  const type = await stores.reportTypes.get(report.type);
  if (type?.notifyOnFail === true) await raiseFailed(stores, report, type);
  await stores.logs.add(failedLine(report));
}
