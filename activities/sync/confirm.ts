import type { RowOutcome } from '../../destinations/contract.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { ListRow } from '../../stores/model.ts';
import type { Part } from './parts.ts';

/** A row that was sent. */
export interface SentRow {
  readonly row: ListRow;
  readonly of: Pick<Part, 'list' | 'listRows'>;
  /** Place of the row after it in its list: where delivery goes on once it has its outcome. */
  readonly next: number;
  outcome: RowOutcome | null;
}

/** Rows that were sent, in order, until their outcomes are written down. */
export function createSentRows() {
  let queue: SentRow[] = [];
  const waiting = new Map<string, SentRow>();
  return {
    /** Rows without an outcome. */
    get unconfirmed() {
      return waiting.size;
    },
    /** Whether a row of the part is among them. */
    meets: ({ part }: Part): boolean => waiting.size > 0 && part.some(({ key }) => waiting.has(key)),
    add({ list, listRows, at, part }: Part): void {
      const of = { list, listRows };
      let next = at;
      for (const row of part) {
        next += 1;
        const sent = { row, of, next, outcome: null };
        queue.push(sent);
        waiting.set(row.key, sent);
      }
    },
    /** @throws {TributaryError} DESTINATION_BAD_ANSWER for the outcome of a row that was not sent */
    confirm(outcomes: readonly RowOutcome[]): void {
      for (const outcome of outcomes) {
        const sent = waiting.get(outcome.key);
        if (sent === undefined)
          throw new TributaryError(
            'DESTINATION_BAD_ANSWER',
            `It names a row that was not sent: ${outcome.key}`,
          );
        sent.outcome = outcome;
        waiting.delete(outcome.key);
      }
    },
    /** Takes the rows at the front that have outcomes: place and counts may go up to the first one without. */
    takeSettled(): readonly SentRow[] {
      const open = queue.findIndex(({ outcome }) => outcome === null);
      const settled = open < 0 ? queue : queue.slice(0, open);
      queue = open < 0 ? [] : queue.slice(open);
      return settled;
    },
  };
}
