import { createHash } from 'node:crypto';
import type { Cells } from '../../domain/sync-base-merge.ts';
import type { RefusedWrite } from './ports.ts';

const firstWaitMs = 15 * 60_000;
const longestWaitMs = 24 * 3_600_000;

const hashOf = (cells: Cells): string =>
  createHash('sha256').update(JSON.stringify(cells)).digest('hex').slice(0, 16);

/** Notes that Airtable did not take these cells: the same ones are tried again ever later. */
export function refusedWrite(
  was: RefusedWrite | null,
  cells: Cells,
  text: string,
  now: number,
): RefusedWrite {
  const of = hashOf(cells);
  const tries = was?.of === of ? was.tries + 1 : 1;
  const waitMs = Math.min(longestWaitMs, firstWaitMs * 4 ** Math.min(tries - 1, 10));
  return { of, text, tries, until: now + waitMs };
}

/** Whether these cells were not taken, and it is too early to try again. */
export const isWaiting = (was: RefusedWrite | null, cells: Cells, now: number): was is RefusedWrite =>
  was !== null && now < was.until && was.of === hashOf(cells);
