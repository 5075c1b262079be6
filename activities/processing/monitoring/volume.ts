import { median } from '../../../domain/anomalies.ts';
import type { Bounds, Check, RunSeen } from './facts.ts';
import { leastHistory, unusual, usualOf } from './robust.ts';

const dayMs = 86_400_000;
/** The spread is at least this share of the usual, and so many rows. */
const leastShare = 0.05;
const leastRows = 2;
/** A breach is blatant only when it is three times as far as unusual, and so many rows. */
const blatantFactor = 3;
const blatantRows = 20;

const rowsOf = ({ kind, ledger }: RunSeen): number =>
  kind === 'full'
    ? ledger.read - ledger.filtered
    : ledger.inserted + ledger.updated + ledger.tombstoned + ledger.quarantined;

/** Days from the run before to each run; null for the oldest. */
const gapsOf = (runs: readonly RunSeen[]): (number | null)[] =>
  runs.map(({ startedAt }, at) => {
    const before = runs[at + 1];
    return before === undefined ? null : Math.max(0, startedAt - before.startedAt) / dayMs;
  });

function boundsOf(middle: number, spread: number): Required<Bounds> {
  const wide = Math.max(spread, Math.sqrt(middle), middle * leastShare, leastRows) * unusual;
  const blatant = Math.max(wide * blatantFactor, blatantRows);
  return {
    low: Math.max(0, Math.ceil(middle - wide)),
    high: Math.floor(middle + wide),
    failLow: middle - Math.max(blatant, middle / 2),
    failHigh: middle + Math.max(blatant, middle),
  };
}

/** Changed rows go by the time since the session before: the usual rows a day, times the days. */
function byRate(run: RunSeen, earlier: readonly RunSeen[]): Bounds | null {
  const regular = [run, ...earlier].filter(({ kind }) => kind !== 'range');
  const gaps = gapsOf(regular);
  const usualGap = median(gaps.filter((gap) => gap !== null));
  // Calls within minutes would give wild rates.
  const days = (at: number) => Math.max(gaps[at] ?? 0, usualGap / 4, 1 / 1440);
  const rates = regular.flatMap((one, at) =>
    at === 0 || one.kind !== run.kind || gaps[at] === null ? [] : [rowsOf(one) / days(at)],
  );
  if (rates.length < leastHistory || gaps[0] === null) return null;
  const { middle, spread } = usualOf(rates);
  const over = (time: number) => boundsOf(middle * time, spread * time);
  // Rows come in bursts: soon after a session none need have come, and some may have.
  const { low, failLow } = over(gaps[0] ?? 0);
  const { high, failHigh } = over(days(0));
  return { low, high, failLow, failHigh };
}

/** Rows of a full read against those of earlier full ones; changed rows against the usual rate. */
export const volume: Check = ({ run, earlier }) => {
  const value = rowsOf(run);
  if (run.kind === 'range')
    return {
      value,
      seen: `A backfill brought ${value} new or changed ${value === 1 ? 'row' : 'rows'}.`,
      learned: null,
    };
  if (run.kind !== 'full')
    return {
      value,
      seen: `${value} ${value === 1 ? 'row was' : 'rows were'} new or changed.`,
      learned: byRate(run, earlier),
    };
  const before = earlier.filter(({ kind }) => kind === 'full').map(rowsOf);
  const { middle, spread } = usualOf(before);
  return {
    value,
    seen: value === 1 ? '1 row was read.' : `${value} rows were read.`,
    learned: before.length < leastHistory ? null : boundsOf(middle, spread),
  };
};
