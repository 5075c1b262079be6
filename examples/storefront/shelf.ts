import type { OrderRow } from './orders.ts';

/** A row in its place. `copy` is 1 for a row that is delivered twice. */
interface Placed {
  readonly row: OrderRow;
  readonly copy: number;
}

/** One page of a company's rows. */
export interface Page {
  readonly rows: readonly OrderRow[];
  /** Opaque; null after the last page. */
  readonly nextCursor: string | null;
  /** Rows of the whole read, not of the page. */
  readonly total: number;
}

/** One company's rows in the order in which they were updated. */
export interface Shelf {
  readonly rows: () => readonly OrderRow[];
  /** Puts a row in; an older version of it goes. */
  readonly put: (row: OrderRow) => void;
  /** Delivers a row a second time. */
  readonly repeat: (row: OrderRow) => void;
  /**
   * @param since Inclusive, as an ISO time.
   * @returns undefined when the cursor is not one of ours.
   */
  readonly page: (query: {
    readonly limit: number;
    readonly cursor?: string | undefined;
    readonly since?: string | undefined;
  }) => Page | undefined;
}

type Place = readonly [updatedAt: string, rowId: number, copy: number];

const placeOf = ({ row, copy }: Placed): Place => [row.updated_at, row.row_id, copy];

function compare(a: Place, b: Place): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  return a[1] - b[1] || a[2] - b[2];
}

function decode(cursor: string): Place | undefined {
  const [updatedAt, rowId, copy] = Buffer.from(cursor, 'base64url').toString().split('|');
  if (updatedAt === undefined || Number.isNaN(Date.parse(updatedAt)) || !rowId || !copy) return undefined;
  return [updatedAt, Number(rowId), Number(copy)];
}

export function createShelf(rows: readonly OrderRow[]): Shelf {
  let placed: Placed[] = rows.map((row) => ({ row, copy: 0 }));
  const sort = () => placed.sort((a, b) => compare(placeOf(a), placeOf(b)));
  sort();

  /** Index of the first row after a place. */
  function firstAfter(place: Place): number {
    let low = 0;
    let high = placed.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const candidate = placed[middle];
      if (candidate && compare(placeOf(candidate), place) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    rows: () => placed.map(({ row }) => row),
    put: (row) => {
      placed = placed.filter((other) => other.row.row_id !== row.row_id);
      placed.push({ row, copy: 0 });
      sort();
    },
    repeat: (row) => {
      placed.push({ row, copy: 1 });
      sort();
    },
    page: ({ limit, cursor, since }) => {
      const begin = since === undefined ? 0 : firstAfter([since, -1, 0]);
      const place = cursor === undefined ? undefined : decode(cursor);
      if (cursor !== undefined && !place) return undefined;
      const from = place ? Math.max(begin, firstAfter(place)) : begin;
      const taken = placed.slice(from, from + limit);
      const last = taken.at(-1);
      const more = last !== undefined && from + taken.length < placed.length;
      return {
        rows: taken.map(({ row }) => row),
        nextCursor: more ? Buffer.from(placeOf(last).join('|')).toString('base64url') : null,
        total: placed.length - begin,
      };
    },
  };
}
