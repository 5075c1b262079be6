import type { InsightDriver, InsightDrivers } from '../../../domain/insights.ts';
import { type Frame, type Gathered, gather, type Track } from './frame.ts';

/** Two spans of a frame: places of their first periods, and how many periods each has. */
export interface Comparison {
  readonly now: number;
  readonly before: number;
  readonly count: number;
}

/** Values told by name; the others are put together. */
const mostTold = 5;

/**
 * Which dimension explains a change of the total best, and how much each of its values has to do with it.
 * Contributions add up to the change. Of sums it is each value's own change. Of averages and ratios (V = sum of
 * m_i r_i, m_i the share of the weight and r_i the value's own number) it is
 * rate = (r1 - r0) (m0 + m1) / 2 and mix = (m1 - m0) ((r0 + r1) / 2 - (V0 + V1) / 2).
 * @returns Null where the metric has no dimensions, or its parts do not add up (minimum, maximum).
 */
export function driversOf(frame: Frame, comparison: Comparison): InsightDrivers | null {
  if (frame.gathering === 'extreme') return null;
  const fields = [...new Set(frame.tracks.flatMap(({ dimension }) => dimension?.field ?? []))];
  const all = fields.flatMap((field) => {
    const split = splitBy(frame, field, comparison);
    return split === null ? [] : [split];
  });
  // Of two that explain the same, the one with fewer parts is easier to act on: the field named first wins.
  return (
    all.reduce<Split | null>(
      (best, one) => (best === null || one.explains > best.explains + 1e-9 ? one : best),
      null,
    )?.drivers ?? null
  );
}

interface Split {
  readonly drivers: InsightDrivers;
  /** How unevenly the change is spread over the values: 0 where each has its share of the total. */
  readonly explains: number;
}

interface Part {
  readonly value: string | null;
  readonly before: Gathered;
  readonly now: Gathered;
}

function splitBy(frame: Frame, field: string, { now, before, count }: Comparison): Split | null {
  const gathered = (track: Track, from: number) => gather(frame, track, from, count);
  const total = { before: gathered(frame.total, before), now: gathered(frame.total, now) };
  if (total.before.value === null || total.now.value === null) return null;
  const change = total.now.value - total.before.value;
  const parts: Part[] = frame.tracks
    .filter(({ dimension }) => dimension?.field === field)
    .map((track) => ({
      value: track.dimension?.value ?? '',
      before: gathered(track, before),
      now: gathered(track, now),
    }));
  const drivers =
    frame.gathering === 'ratio'
      ? ratioParts(parts, total)
      : parts.map(({ value, before: b, now: n }): InsightDriver & { readonly share: number } => ({
          value: value ?? '',
          before: b.value,
          now: n.value,
          contribution: (n.value ?? 0) - (b.value ?? 0),
          share: ((b.value ?? 0) + (n.value ?? 0)) / 2,
        }));
  if (drivers.length === 0) return null;
  const sizes = drivers.reduce((sum, { share }) => sum + Math.abs(share), 0);
  // Against "every value has changed in proportion to its size": how much of the change is elsewhere.
  const explains =
    change === 0 || sizes === 0
      ? 0
      : drivers.reduce(
          (sum, { contribution, share }) => sum + Math.abs(contribution / change - Math.abs(share) / sizes),
          0,
        ) / Math.sqrt(drivers.length);
  const ordered = [...drivers].sort(
    (a, b) => Math.abs(b.contribution) - Math.abs(a.contribution) || (a.value < b.value ? -1 : 1),
  );
  const told = ordered.slice(0, mostTold);
  const toldSum = told.reduce((sum, { contribution }) => sum + contribution, 0);
  const values = told.map(({ share: _, ...driver }) => driver);
  const rest = change - toldSum;
  // What is left by rounding is nothing.
  const scale = told.reduce((sum, one) => sum + Math.abs(one.contribution), Math.abs(change));
  const others = ordered.length === told.length && Math.abs(rest) <= scale * 1e-10 ? 0 : rest;
  return { drivers: { dimension: field, values, others, total: change }, explains };
}

/** Rate and mix of each value; what is in no value has its own part, which ends up in `others`. */
function ratioParts(
  parts: readonly Part[],
  total: { readonly before: Gathered; readonly now: Gathered },
): (InsightDriver & { readonly share: number })[] {
  const middle = ((total.before.value ?? 0) + (total.now.value ?? 0)) / 2;
  return parts.map(({ value, before, now }) => {
    const rates = [before.value ?? now.value ?? 0, now.value ?? before.value ?? 0] as const;
    const shares = [before.weight / total.before.weight, now.weight / total.now.weight] as const;
    const rate = ((rates[1] - rates[0]) * (shares[0] + shares[1])) / 2;
    const mix = (shares[1] - shares[0]) * ((rates[0] + rates[1]) / 2 - middle);
    return {
      value: value ?? '',
      before: before.value,
      now: now.value,
      contribution: rate + mix,
      rate,
      mix,
      share: (shares[0] + shares[1]) / 2,
    };
  });
}
