import type { Bounds, Check, RunSeen } from './facts.ts';
import { unusual, usualOf } from './robust.ts';

/** A smaller rise is never unusual. */
const leastRise = 0.05;
/** Fewer rows before say nothing. */
const leastRows = 20;
/** So much more than the bound is blatant, of so many rows. */
const blatant = 0.5;
const blatantRows = 20;

const fitOf = ({ ledger: { read, filtered, quarantined, tombstoned } }: RunSeen): number =>
  read - filtered - quarantined - tombstoned;

const nullsOf = (one: RunSeen, field: string): number => Math.min(one.nulls[field] ?? 0, fitOf(one));

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

/** Share of empty values in each field against all rows of earlier sessions; the field that rose most counts. */
export const nullRates: Check = ({ run, earlier }) => {
  const fit = fitOf(run);
  if (fit <= 0) return { value: null, seen: 'There were no rows.', learned: null };
  const like = earlier.filter((one) => fitOf(one) > 0);
  const rowsBefore = like.reduce((sum, one) => sum + fitOf(one), 0);
  if (rowsBefore < leastRows)
    return { value: null, seen: 'There are too few rows before to compare with.', learned: null };
  const added = run.drift?.added ?? [];
  const fields = Object.entries(run.nulls)
    .filter(([field]) => !added.includes(field))
    .map(([field, nulls]) => {
      const nullsBefore = like.reduce((sum, one) => sum + nullsOf(one, field), 0);
      const before = nullsBefore / rowsBefore;
      const now = Math.min(1, nulls / fit);
      const chance = (nullsBefore + 1) / (rowsBefore + 2);
      const shares = like.map((one) => nullsOf(one, field) / fitOf(one));
      const allowed = Math.max(
        leastRise,
        unusual * Math.sqrt((chance * (1 - chance)) / fit),
        unusual * usualOf(shares).spread,
      );
      return { field, before, now, rise: Math.max(0, now - before), allowed };
    });
  const worst = fields.reduce<(typeof fields)[number] | undefined>(
    (most, one) => (most === undefined || one.rise / one.allowed > most.rise / most.allowed ? one : most),
    undefined,
  );
  const high = worst?.allowed ?? leastRise;
  const learned: Bounds = { high, ...(fit >= blatantRows && { failHigh: high + blatant }) };
  return {
    value: worst?.rise ?? 0,
    learned,
    seen:
      worst === undefined || worst.rise <= leastRise
        ? 'No field is empty much more often than before.'
        : `${worst.field} is empty in ${percent(worst.now)} of the rows; before it was ${percent(worst.before)}.`,
  };
};
