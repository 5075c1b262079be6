import { type ReportEvent, type ReportStatus, reportMachine } from './report.ts';
import type { ReportOccasion, ReportRefusal } from './report-contracts.ts';

/** What is known of a report when somebody wants it to be made. */
export interface ReportSeen {
  /** Null: there is none yet. */
  readonly status: ReportStatus | null;
  readonly inactive: boolean;
  readonly realTime: boolean;
  readonly repeated: boolean;
}

/** The events that lead to `running`, in order; none: an execution that died had it running. */
export type ReportSteps = { readonly events: readonly ReportEvent[] } | { readonly refused: ReportRefusal };

const byOccasion: Readonly<Record<ReportOccasion, Partial<Record<ReportStatus, readonly ReportEvent[]>>>> = {
  due: {},
  repeat: { created: ['repeat'] },
  fill: { created: ['fill'], failed: ['clearFail', 'start'] },
  hand: { created: ['runByHand'], failed: ['clearFail', 'start'] },
  retry: { failed: ['clearFail', 'start'] },
};

/** How a report comes to run, or why it does not: the table of states.md decides each step. */
export function stepsToRun(
  { status, inactive, realTime, repeated }: ReportSeen,
  occasion: ReportOccasion,
): ReportSteps {
  if (status === 'running') return { events: [] };
  if (inactive) return { refused: 'TYPE_INACTIVE' };
  if (realTime && (occasion === 'fill' || occasion === 'repeat')) return { refused: 'REAL_TIME' };
  if (status === null) return { events: ['fallDue', 'start'] };
  if (status === 'due' || status === 'missed') return { events: ['start'] };
  const events = byOccasion[occasion][status];
  if (events === undefined) return { refused: status === 'created' ? 'CREATED_ALREADY' : 'FAIL_NOT_CLEARED' };
  if (occasion === 'repeat' && repeated) return { refused: 'REPEATED_ALREADY' };
  return { events };
}

/**
 * The status after events of the table.
 * @throws Error when the table does not take one of them
 */
export function statusAfter(status: ReportStatus | null, events: readonly ReportEvent[]): ReportStatus {
  let now = status;
  for (const event of events) {
    const move = reportMachine.advance(now, event);
    if (!move.ok) throw new Error(`A report in ${now ?? 'no status'} does not take "${event}".`);
    now = move.to;
  }
  if (now === null) throw new Error('A report that nothing happened to has no status.');
  return now;
}
