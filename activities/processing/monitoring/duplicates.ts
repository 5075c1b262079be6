import type { Check, RunSeen } from './facts.ts';
import { leastHistory, unusual, usualOf } from './robust.ts';

/** Until something is learned, and how much more than usual is nothing yet. */
const atFirst = 0.1;
const slack = 0.01;
/** So much more than the bound is blatant, of so many rows. */
const blatant = 0.25;
const blatantRows = 20;

const rowsOf = ({ ledger: { read, filtered } }: RunSeen): number => read - filtered;
const shareOf = (run: RunSeen): number => run.ledger.duplicate / rowsOf(run);

/** Share of the rows whose key came more than once in the session. */
export const duplicates: Check = ({ run, earlier }) => {
  const rows = rowsOf(run);
  if (rows <= 0) return { value: null, seen: 'There were no rows.', learned: null };
  const { duplicate } = run.ledger;
  const seen = duplicate === 0 ? 'No row came twice.' : `${duplicate} of ${rows} rows came more than once.`;
  const before = earlier.filter((one) => rowsOf(one) > 0).map(shareOf);
  const few = 1.5 / rows;
  if (before.length < leastHistory)
    return { value: shareOf(run), seen, learned: atFirst + few < 1 ? { high: atFirst + few } : null };
  const { middle, spread } = usualOf(before);
  const high = Math.min(1, middle + Math.max(slack, unusual * spread, few));
  return {
    value: shareOf(run),
    seen,
    learned: { high, ...(rows >= blatantRows && { failHigh: high + blatant }) },
  };
};
