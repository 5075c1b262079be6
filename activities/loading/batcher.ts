import type { PageToken, ReadAgain, SourcePage } from '../../connectors/source.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { Limits } from '../ports.ts';
import { storable } from './rows.ts';
import { type CursorReader, safeCursor } from './sound-cursor.ts';

/** What is done with each row before it is stored. */
export interface RowTreatment {
  /** The cursor value of a row as it came, null when it has none that may move the cursor. */
  readonly cursorOf: CursorReader;
  /** Whether a row as it came is passed over. */
  readonly isOutside: (row: JsonValue) => boolean;
  /** What is left of a row. */
  readonly filter: (row: JsonValue) => JsonValue;
  /** Whether the bookmarks of pages are the cursor. @default false */
  readonly bookmarks?: boolean;
}

/** Where loading goes on: the page that holds the next row, and how many of its rows are stored already. */
export interface LoadPosition {
  readonly from: PageToken | null;
  readonly skip: number;
}

/** A batch that is ready to be stored. */
export interface FullBatch {
  /** Each row as JSON text. */
  readonly texts: readonly string[];
  readonly bytes: number;
  /** Rows that were passed over. */
  readonly filtered: number;
  readonly next: LoadPosition;
  /** The greatest cursor value of the rows, or the bookmark of the last whole page that has one. */
  readonly cursor: string | null;
  readonly total: number | null;
  readonly last: boolean;
  /** The source says that it gave every row that there is. */
  readonly replaces?: true;
  /** Files that are read once more; `row` is an index in the batch. */
  readonly again?: readonly ReadAgain[];
}

/**
 * Cuts pages into batches. A batch closes at the limit of rows, bytes or age; a page may be cut in the middle, a
 * batch may span pages. The last page always closes one, an empty one included, so that every read has an end. Nothing
 * of a row is kept before it was treated.
 */
export function createBatcher(limits: Limits, start: LoadPosition, treat: RowTreatment, now = Date.now) {
  let texts: string[] = [];
  let filtered = 0;
  let bytes = 0;
  let cursor: string | null = null;
  let again: ReadAgain[] = [];
  let openedAt = now();
  let skip = start.skip;
  /** After the page that was taken last; null in the middle of one, and before the first. */
  let border: { readonly next: LoadPosition; readonly total: number | null } | null = null;
  /** Whether the open batch brings loading any further. */
  let moved = false;

  const cut = (next: LoadPosition, total: number | null, last: boolean): FullBatch => {
    const batch = {
      ...{ texts, bytes, filtered, next, cursor, total, last },
      ...(again.length === 0 ? {} : { again }),
    };
    texts = [];
    again = [];
    filtered = 0;
    bytes = 0;
    cursor = null;
    moved = false;
    openedAt = now();
    return batch;
  };

  return {
    /** Rows in the batch that is open. */
    held: () => texts.length,
    /** The batches that a page fills; `token` is where this page itself starts. */
    *add(page: SourcePage, token: PageToken | null): Generator<FullBatch> {
      const total = page.total ?? null;
      border = null;
      let told = 0;
      const tell = (index: number): void => {
        for (let one = page.again?.[told]; one !== undefined && one.row <= index; one = page.again?.[told]) {
          again.push({ ...one, row: texts.length });
          told += 1;
        }
      };
      for (let index = skip; index < page.rows.length; index++) {
        const row = page.rows[index] ?? null;
        if (treat.isOutside(row)) {
          filtered += 1;
          continue;
        }
        const fit = storable(treat.filter(row), limits.rowBytes);
        if (texts.length > 0 && bytes + fit.bytes > limits.batchBytes)
          yield cut({ from: token, skip: index }, total, false);
        tell(index);
        texts.push(fit.text);
        bytes += fit.bytes;
        if (treat.bookmarks !== true) cursor = safeCursor(cursor, treat.cursorOf(row));
        const more = index + 1 < page.rows.length;
        if (texts.length >= limits.batchRows && more)
          yield cut({ from: token, skip: index + 1 }, total, false);
      }
      skip = 0;
      tell(page.rows.length);
      const after: LoadPosition = { from: page.next, skip: 0 };
      // Only now: a batch that was cut inside of the page does not reach so far.
      if (treat.bookmarks === true && page.bookmark !== undefined) cursor = page.bookmark;
      if (page.next === null)
        yield { ...cut(after, total, true), ...(page.replaces === true ? { replaces: true as const } : {}) };
      else if (
        texts.length >= limits.batchRows ||
        (texts.length + filtered > 0 && now() - openedAt >= limits.batchAgeMs)
      )
        yield cut(after, total, false);
      else moved = true;
      border = { next: after, total };
    },
    /**
     * The batch that is open, when reading ends before it is full; null when there is none, or when a batch before it
     * may not be stored.
     */
    rest: (): FullBatch | null => (border === null || !moved ? null : cut(border.next, border.total, false)),
  };
}
