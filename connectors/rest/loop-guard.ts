import { createHash } from 'node:crypto';
import { TributaryError } from '../../domain/errors.ts';
import type { ResourceDefinition } from '../schema.ts';
import type { PageToken, SourcePage } from '../source.ts';

/** So many places are remembered: a longer loop is not found, but no read fills the memory. */
const remembered = 100_000;
/** Page numbers grow for ever by themselves: an app that says "more" so often without a row does not mean it. */
const emptyPages = 100;

const short = (text: string): string =>
  text.length <= 40 ? text : createHash('sha1').update(text).digest('base64');

function createMemory() {
  const seen = new Set<string>();
  return {
    /** Whether it was there before. */
    add(text: string): boolean {
      const mark = short(text);
      if (seen.has(mark)) return true;
      seen.add(mark);
      for (const oldest of seen) {
        if (seen.size <= remembered) break;
        seen.delete(oldest);
      }
      return false;
    },
  };
}

/**
 * Notices pages that would never end. Cursors and addresses: the same place twice. Numbers and offsets, which move
 * by our own count: the same rows twice, told by the first and the last one; what stands around them (a time, a
 * request id) may differ.
 * @param from Where the read goes on; the app must not send it back there.
 * @returns A function to be told every page.
 * @throws TributaryError SOURCE_CURSOR_REPEATED (the returned function).
 */
export function createLoopGuard(
  { id, pagination: { kind } }: ResourceDefinition,
  from: PageToken | undefined,
): (page: SourcePage) => void {
  const places = createMemory();
  const contents = createMemory();
  const repeated = (what: string) => new TributaryError('SOURCE_CURSOR_REPEATED', `${id}: ${what}`);
  let empty = 0;
  if (from !== undefined) places.add(String(from));
  return ({ rows, next }) => {
    if (next === null) return;
    if (places.add(String(next))) throw repeated('the same page cursor came twice.');
    if (kind !== 'page' && kind !== 'offset') return;
    empty = rows.length === 0 ? empty + 1 : 0;
    if (empty >= emptyPages)
      throw repeated(`${emptyPages} pages in a row were empty, and said that more follow.`);
    const ends = JSON.stringify([rows.length, rows[0], rows.at(-1)]);
    if (rows.length > 0 && contents.add(ends)) throw repeated('the app gave the same page twice.');
  };
}
