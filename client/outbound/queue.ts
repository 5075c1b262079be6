import type { OutboundQueueDoc, Trying } from '../../stores/model.ts';

type QueueChange = Partial<Omit<OutboundQueueDoc, '_id' | 'seq' | 'updatedAt'>>;

const mostFailed = 1_000;

/** What came of an attempt: when it is tried again; null: it arrived, or was given up. */
export interface Outcome {
  readonly sequence: number;
  readonly arrived: boolean;
  readonly retryAt: Date | null;
  readonly firstAt: Date;
  readonly at: Date;
}

const nextTry = (before: Trying | undefined | null, { sequence, firstAt, retryAt, at }: Outcome): Trying => ({
  ...{ sequence, firstAt, attempts: (before?.attempts ?? 0) + 1 },
  dueAt: retryAt ?? at,
});

const failedAfter = (queue: OutboundQueueDoc, { sequence, arrived, at }: Outcome) => {
  const others = queue.failed.filter((one) => one.sequence !== sequence);
  return (arrived ? others : [...others, { sequence, at }]).slice(-mostFailed);
};

/** The queue after an attempt at the event whose turn it was. Null: its turn is over already. */
export function afterTurn(queue: OutboundQueueDoc, outcome: Outcome): QueueChange | null {
  if (queue.next !== outcome.sequence) return null;
  if (outcome.retryAt !== null) return { trying: nextTry(queue.trying, outcome) };
  return { next: outcome.sequence + 1, trying: null, failed: failedAfter(queue, outcome) };
}

/** The queue after an attempt at an event that somebody asked for again. */
export function afterAgain(queue: OutboundQueueDoc, outcome: Outcome): QueueChange | null {
  const before = queue.again.find(({ sequence }) => sequence === outcome.sequence);
  if (before === undefined) return null;
  const others = queue.again.filter((one) => one !== before);
  return outcome.retryAt === null
    ? { again: others, failed: failedAfter(queue, outcome) }
    : { again: [...others, nextTry(before, outcome)] };
}

/**
 * The queue of a subscription that somebody mended: what failed is tried at once, and for three days from now on. Null:
 * nothing waits.
 */
export const startedAnew = ({ trying, again }: OutboundQueueDoc, at: Date): QueueChange | null =>
  trying === null && again.length === 0
    ? null
    : { trying: null, again: again.map((one) => ({ ...one, attempts: 0, firstAt: at, dueAt: at })) };

/** The queue with these events to be sent again, at once; the one whose turn it is is tried at once. */
export function askedAgain(
  queue: OutboundQueueDoc,
  sequences: readonly number[],
  at: Date,
): QueueChange | null {
  const done = sequences.filter((sequence) => sequence < queue.next);
  const isTurn = sequences.includes(queue.next) && queue.trying !== null;
  if (done.length === 0 && !isTurn) return null;
  const fresh = done.map((sequence) => ({ sequence, attempts: 0, firstAt: at, dueAt: at }));
  return {
    again: [...queue.again.filter(({ sequence }) => !done.includes(sequence)), ...fresh],
    failed: queue.failed.filter(({ sequence }) => !done.includes(sequence)),
    ...(isTurn && queue.trying !== null ? { trying: { ...queue.trying, dueAt: at } } : {}),
  };
}
