import type { PageToken, SourcePage } from '../../connectors/source.ts';
import { laterCursor } from '../../domain/cursor.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { Limits } from '../ports.ts';
import { storable } from './rows.ts';
import type { CursorReader } from './sound-cursor.ts';

/** Where loading goes on: the page that holds the next row, and how many of its rows are stored already. */
export interface LoadPosition {
  readonly from: PageToken | null;
  readonly skip: number;
}

/** A batch that is ready to be stored. */
export interface FullBatch {
  readonly rows: readonly JsonValue[];
  readonly bytes: number;
  readonly next: LoadPosition;
  readonly cursor: string | null;
  readonly total: number | null;
  readonly last: boolean;
}

/**
 * Cuts pages into batches. A batch closes at the limit of rows, bytes or age; a page may be cut in the middle, a
 * batch may span pages. The last page always closes one, an empty one included, so that every read has an end.
 */
export function createBatcher(limits: Limits, start: LoadPosition, cursorOf: CursorReader, now = Date.now) {
  let rows: JsonValue[] = [];
  let bytes = 0;
  let cursor: string | null = null;
  let openedAt = now();
  let skip = start.skip;

  const cut = (next: LoadPosition, total: number | null, last: boolean): FullBatch => {
    const batch = { rows, bytes, next, cursor, total, last };
    rows = [];
    bytes = 0;
    cursor = null;
    openedAt = now();
    return batch;
  };

  return {
    /** The batches that a page fills; `token` is where this page itself starts. */
    *add(page: SourcePage, token: PageToken | null): Generator<FullBatch> {
      const total = page.total ?? null;
      for (let index = skip; index < page.rows.length; index++) {
        const fit = storable(page.rows[index] ?? null, limits.rowBytes);
        if (rows.length > 0 && bytes + fit.bytes > limits.batchBytes)
          yield cut({ from: token, skip: index }, total, false);
        rows.push(fit.row);
        bytes += fit.bytes;
        cursor = laterCursor(cursor, cursorOf(page.rows[index] ?? null));
        const more = index + 1 < page.rows.length;
        if (rows.length >= limits.batchRows && more)
          yield cut({ from: token, skip: index + 1 }, total, false);
      }
      skip = 0;
      const after: LoadPosition = { from: page.next, skip: 0 };
      if (page.next === null) yield cut(after, total, true);
      else if (rows.length >= limits.batchRows || (rows.length > 0 && now() - openedAt >= limits.batchAgeMs))
        yield cut(after, total, false);
    },
  };
}
