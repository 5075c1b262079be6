import type { SyncRunView } from '../../api/schemas/sync-runs.ts';
import { counted, formatCount, formatFacts } from '../output/table.ts';
import { formatDuration } from '../output/units.ts';

const ledgerNames = [
  'inserted',
  'updated',
  'deleted',
  'skipped',
  'rejected',
  'quarantined',
  'retried',
] as const;

/** The counts of a run that are not zero. */
export const ledgerText = ({ ledger }: SyncRunView): string =>
  [
    counted(ledger.total, 'row'),
    ...ledgerNames.filter((name) => ledger[name] > 0).map((name) => `${formatCount(ledger[name])} ${name}`),
    ...(ledger.percentFailed > 0 ? [`${ledger.percentFailed} % failed`] : []),
  ].join(', ');

/** One line about a run. */
export const runLine = (run: SyncRunView): string => `${run.text}: ${ledgerText(run)}`;

/** A run as facts. */
export function runFacts(run: SyncRunView): string[] {
  const speed = run.rowsPerSecond === null ? '' : `, ${formatCount(run.rowsPerSecond)} rows/s`;
  return formatFacts([
    ['run', `${run.id} (${run.kind}${run.key === null ? '' : ` of ${run.key}`})`],
    ['status', `${run.text}${run.reason === null ? '' : ` (${run.reason})`}`],
    ['why', run.sentence],
    ['detail', run.detail],
    ['rows', ledgerText(run)],
    ['to deliver', run.toDeliver],
    ['took', `${formatDuration(run.durationMs)}${speed}`],
    ['budget', run.budget?.sentence],
    ['over budget', run.budget?.exceeds === true ? 'yes, it was let through with a warning' : null],
    ['by', `${run.by.kind} ${run.by.id}`],
    ['started', run.startedAt],
    ['ended', run.endedAt],
  ]);
}
