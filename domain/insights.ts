/** What a finding is about; docs/insights.md says how each is found. */
export const insightKinds = [
  'change',
  'levelShift',
  'trendBreak',
  'seasonality',
  'concentration',
  'lost',
  'won',
] as const;
export type InsightKind = (typeof insightKinds)[number];

/** How many findings are remembered and shown; of a connection with more, the greatest. */
export const insightsKept = 200;

/** A span of whole periods, both days included, YYYY-MM-DD in the company's calendar. */
export interface InsightPeriod {
  readonly from: string;
  readonly to: string;
  /** For people: `2017`, `December 2017`, `the 12 months to June 2017`. */
  readonly label: string;
}

/** What one value of a dimension has to do with a change. `contribution` adds up to the change, `others` included. */
export interface InsightDriver {
  readonly value: string;
  readonly before: number | null;
  readonly now: number | null;
  readonly contribution: number;
  /** Of averages and ratios: `contribution` is `rate` (its own number moved) plus `mix` (its weight moved). */
  readonly rate?: number;
  readonly mix?: number;
}

export interface InsightDrivers {
  readonly dimension: string;
  /** Greatest first. What the values that are not told apart have to do with it is `others`. */
  readonly values: readonly InsightDriver[];
  readonly others: number;
  /** Equals the change. */
  readonly total: number;
}

/** How sure it is. */
export interface InsightCertainty {
  /** 0 to 1: 1 minus `adjusted`; of what is counted and not tested, see docs/insights.md. */
  readonly value: number;
  /** Of the test, before it is known how many tests were made; null where something was counted, not tested. */
  readonly p: number | null;
  /** After it (Benjamini-Hochberg, weighted). */
  readonly adjusted: number | null;
  readonly method: string;
}

/** Something that a person may want to know of a connection's numbers. */
export interface Insight {
  /** Kind, series, period and direction: the same finding has the same id in every session. */
  readonly id: string;
  readonly kind: InsightKind;
  readonly metric: string;
  readonly name: string;
  readonly dimension: { readonly field: string; readonly value: string } | null;
  readonly currency: string | null;
  /** Of what is counted by entity: the field that names it. */
  readonly entity: string | null;
  readonly direction: 'up' | 'down' | 'none';
  /** Whether that is good for the company; null where it is neither. */
  readonly good: boolean | null;
  readonly period: InsightPeriod;
  readonly comparison: InsightPeriod | null;
  /** All finite. Names by kind in docs/insights.md. */
  readonly numbers: Readonly<Record<string, number>>;
  readonly drivers: InsightDrivers | null;
  /** Of lost, won and concentration: those that matter most, with what they came to. */
  readonly entities: readonly { readonly id: string; readonly value: number }[];
  /** 0 to 1: the part of the metric that it is about. */
  readonly size: number;
  readonly certainty: InsightCertainty;
  /** Size times certainty: the order in which insights are shown. */
  readonly rank: number;
  readonly sentence: string;
  /** The request that gives the numbers again, and what to do with its answer. */
  readonly query: { readonly request: string; readonly how: string };
}

/** Why an insight is no longer shown. */
export type InsightEnd = 'newerPeriod' | 'noLongerHolds';

/** An insight over sessions. */
export interface KeptInsight extends Insight {
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Sessions in which it was found. */
  readonly timesSeen: number;
  readonly ended: { readonly session: string; readonly at: Date; readonly because: InsightEnd } | null;
}

/** Greatest first; equal ones in the order of their ids. */
export const byRank = (a: Pick<Insight, 'rank' | 'id'>, b: Pick<Insight, 'rank' | 'id'>): number =>
  b.rank - a.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** The one to tell first, of those that still hold; null where there is none. */
export function headlineOf<I extends Insight & { readonly ended?: unknown }>(
  insights: readonly I[],
): I | null {
  const open = insights.filter(({ ended }) => ended === undefined || ended === null);
  return [...open].sort(byRank)[0] ?? null;
}

/**
 * What is kept after a session: what it found with its history, and what it did not find again as ended.
 * A repeated call with the same session changes nothing.
 */
export function keepInsights(
  earlier: readonly KeptInsight[],
  found: readonly Insight[],
  session: string,
  at: Date,
): readonly KeptInsight[] {
  const before = new Map(earlier.map((one) => [one.id, one]));
  const now = new Map(found.map((one) => [one.id, one]));
  const open = [...now.values()].map((one): KeptInsight => {
    const known = before.get(one.id);
    const again = known?.lastSeen === session ? 0 : 1;
    return {
      ...one,
      firstSeen: known?.firstSeen ?? session,
      lastSeen: session,
      timesSeen: (known?.timesSeen ?? 0) + again,
      ended: null,
    };
  });
  const gone = earlier
    .filter(({ id, ended }) => !now.has(id) && ended === null)
    .map((one): KeptInsight => ({ ...one, ended: { session, at, because: endOf(one, found) } }));
  return [...open, ...gone];
}

/** A finding of the same kind and series of a later period took its place, or there is none any more. */
function endOf(one: Insight, found: readonly Insight[]): InsightEnd {
  const place = ({ kind, metric, dimension, currency, entity, numbers }: Insight) =>
    JSON.stringify([kind, metric, dimension, currency, entity, numbers.periods ?? null]);
  const newer = found.some((other) => place(other) === place(one) && other.period.to > one.period.to);
  return newer ? 'newerPeriod' : 'noLongerHolds';
}
