import { randomUUID } from 'node:crypto';
import type { PageToken } from '../source.ts';
import { isState } from './state.ts';

/** Reads in a row that failed without a new place; the next one ends it. */
const fruitlessReads = 5;

/** Where one read of a tap stands. */
export interface ReadPlace {
  /** The bookmark that the tap starts at; undefined: at the beginning. */
  readonly start: string | undefined;
  /** Takes over a bookmark. @returns whether it is a new one */
  readonly move: (bookmark: string | null) => boolean;
  readonly isMoved: () => boolean;
  /** For the page that ends here. */
  readonly bookmark: () => { readonly bookmark?: string };
  /** Where a read goes on that gave nothing yet. */
  readonly first: PageToken;
  /** Where a read goes on after the page that ends here. */
  readonly token: () => PageToken;
  /** Whether this read, should it fail, is one too many that got nowhere. */
  readonly isLast: () => boolean;
}

interface Token {
  /** Which run of the tap gave the page: another one may give its rows in another order. */
  readonly read: string;
  readonly bookmark: string | null;
  /** Runs before it that brought no new bookmark. */
  readonly fruitless: number;
}

/**
 * The place of a read that begins at the committed bookmark `since`, or goes on at `from`, the token of a page of an
 * earlier run: at its bookmark, so that the rows after that come again.
 */
export function createPlace(since: string | undefined, from: PageToken | undefined): ReadPlace {
  const before = from as Token | null | undefined;
  const committed = since !== undefined && isState(since) ? since : undefined;
  const start = before?.bookmark ?? committed;
  const read = randomUUID();
  let bookmark = before?.bookmark ?? null;
  let fruitless = before === null || before === undefined ? 0 : before.fruitless + 1;
  let moved = false;
  const token = (): PageToken => ({ read, bookmark, fruitless });
  return {
    start,
    first: token(),
    token,
    move: (to) => {
      if (to === null) return false;
      moved = true;
      if (to === (bookmark ?? start)) return false;
      bookmark = to;
      fruitless = 0;
      return true;
    },
    isMoved: () => moved,
    bookmark: () => (bookmark === null ? {} : { bookmark }),
    isLast: () => fruitless + 1 >= fruitlessReads,
  };
}
