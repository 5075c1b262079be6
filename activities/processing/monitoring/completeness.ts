import type { Check, RunSeen } from './facts.ts';
import { leastHistory, unusual, usualOf } from './robust.ts';

/** Until something is learned, and how much less than usual is nothing yet. */
const atFirst = 0.95;
const slack = 0.01;
/** So much less than the bound is blatant, of so many rows. */
const blatant = 0.2;
const blatantRows = 20;

/** Rows that the app has in what was read, as far as it is known. Totals of parts are counted in many ways. */
const thereOf = ({ kind, total, ledger }: RunSeen): number =>
  Math.max(kind === 'full' ? (total ?? 0) : 0, ledger.read) - ledger.filtered;

const takenOf = ({ ledger }: RunSeen): number => ledger.read - ledger.filtered - ledger.quarantined;

const shareOf = (run: RunSeen): number => Math.max(0, takenOf(run)) / thereOf(run);

/** Share of the rows that the app has, by its own words, that were read and fit. */
export const completeness: Check = ({ run, earlier }) => {
  const there = thereOf(run);
  if (there <= 0) return { value: null, seen: 'There were no rows.', learned: null };
  const { quarantined, read } = run.ledger;
  const missing = there + run.ledger.filtered - read;
  const seen = `${takenOf(run)} of ${there} rows were taken${missing > 0 ? `; ${missing} that the app counts did not come` : ''}${quarantined > 0 ? `; ${quarantined} are in quarantine` : ''}.`;
  const before = earlier.filter((one) => one.kind === run.kind && thereOf(one) > 0).map(shareOf);
  if (before.length < leastHistory) {
    const low = Math.min(atFirst, 1 - 1.5 / there);
    return { value: shareOf(run), seen, learned: low > 0 ? { low } : null };
  }
  const { middle, spread } = usualOf(before);
  const low = Math.max(0, middle - Math.max(slack, unusual * spread, 1.5 / there));
  return {
    value: shareOf(run),
    seen,
    learned: { low, ...(there >= blatantRows && { failLow: low - blatant }) },
  };
};
