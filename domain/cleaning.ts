import type { Datapoint } from './datapoints.ts';

/** What is looked for in the past of a series; docs/cleaning.md has the measured quality of each. */
export const cleaningRules = [
  {
    id: 'unit-jump',
    finds: 'a level that jumps by 10, 100 or 1,000 while the number of records does not: cents, thousands',
    method:
      'Cheapest path over powers of ten on the logarithm of the value (for sums: per record), then a test of both borders.',
    parameters: { factors: '10, 100, 1000', tolerance: '40 % to twice', leastPoints: 8 },
    effect: 'replace',
  },
  {
    id: 'gap',
    finds: 'a period without records where there always are some',
    method:
      'Filled from season and neighbours where chance leaves a period empty once in a thousand times or less, and where the same weekday or date is not usually empty.',
    parameters: { leastRowsNearby: 7, longest: '7 days, 3 weeks or 2 months' },
    effect: 'replace',
  },
  {
    id: 'outlier',
    finds: 'a single value far from what season and neighbours say',
    method:
      'Hampel: running median and robust season; beyond 4.2 robust standard deviations (more where large values are usual) it is replaced by the expected value.',
    parameters: { deviations: 4.2, leastPoints: 8 },
    effect: 'replace',
  },
  {
    id: 'repeat',
    finds: 'two periods in a row with exactly the same total, as after a batch that was booked twice',
    method:
      'Equal values of at least four digits in a series where values hardly ever repeat; certain only where every dimension repeats, too.',
    parameters: { leastDigits: 4, leastRows: 3 },
    effect: 'report',
  },
  {
    id: 'currency-jump',
    finds: 'amounts of one currency that end where those of another begin',
    method:
      'Last period of one currency next to the first one of the other. There are no exchange rates here, so nothing is converted.',
    parameters: { leastPeriods: 3 },
    effect: 'report',
  },
  {
    id: 'restated',
    finds: 'a past period whose total another session changed',
    method: 'Against the total that the session before saw. The newest total counts, so nothing is changed.',
    parameters: { leastChange: '5 %', settledDays: 3 },
    effect: 'report',
  },
] as const;

export type CleaningRule = (typeof cleaningRules)[number]['id'];

/** A period as a change found it, and as it is in the cleaned series. */
export interface ChangedPoint {
  /** First day of the period, YYYY-MM-DD. */
  readonly start: string;
  /** Raw value; null where there was no such period. */
  readonly before: number | null;
  /** Cleaned value; of a report what is there now, or null. Always finite. */
  readonly after: number | null;
}

/** What a rule found. */
export interface FoundChange {
  readonly rule: CleaningRule;
  /** First period. */
  readonly start: string;
  /** By period, at least one. */
  readonly points: readonly ChangedPoint[];
  /** A report changes no value: it tells. */
  readonly effect: 'replace' | 'report';
  readonly certainty: 'low' | 'high';
  /** What it was judged by, by name; all finite. */
  readonly numbers: Readonly<Record<string, number>>;
  readonly sentence: string;
}

/** What was found in a series. `<rule>/<start>` names it within the series, in every session. */
export interface CleaningChange extends FoundChange {
  /** `<rule>/<start>` */
  readonly id: string;
  /** Session that found it first with these raw values. */
  readonly foundIn: string;
  readonly foundAt: Date;
  /** A person said that the raw values are right; null or missing: it is in force. */
  readonly undone?: Undone | null;
}

/** Who took a change back, and why. */
export interface Undone {
  readonly by: { readonly kind: string; readonly id: string };
  readonly at: Date;
  readonly why: string;
}

/** Why nothing is changed in a series. */
export const uncleanReasons = ['TOO_SHORT', 'CONSTANT', 'INTERMITTENT', 'INVALID_SERIES'] as const;
export type UncleanReason = (typeof uncleanReasons)[number];

export interface Unclean {
  readonly reason: UncleanReason;
  readonly sentence: string;
}

/** How a change stands against the raw series of now. */
export type ChangeStatus = 'in force' | 'undone' | 'stale' | 'told';

/** A point of a cleaned series. */
export interface CleanedPoint extends Datapoint {
  /** Id of the change that made its value; missing: it is the raw one. */
  readonly change?: string;
}

export const changeIdOf = ({ rule, start }: Pick<FoundChange, 'rule' | 'start'>): string =>
  `${rule}/${start}`;

type Raw = readonly Datapoint[];

const byStart = (points: Raw): ReadonlyMap<string, Datapoint> =>
  new Map(points.map((point) => [point.start, point]));

/** Whether the raw series still has what the change found there. A late row makes it untrue. */
const stillThere = (raw: ReadonlyMap<string, Datapoint>, { start, before }: ChangedPoint): boolean => {
  const point = raw.get(start);
  return before === null ? point === undefined : point?.value === before;
};

/** How a change stands. Stale: none of its raw values is there any more; it counts no longer. */
export function statusOf(points: Raw, change: CleaningChange): ChangeStatus {
  if (change.undone) return 'undone';
  if (change.effect === 'report') return 'told';
  const raw = byStart(points);
  return change.points.some((point) => stillThere(raw, point)) ? 'in force' : 'stale';
}

/**
 * The cleaned series: the raw one with every change that is in force. Of two changes of one period the first one
 * listed counts. Changes that were undone, reports, and those whose raw value is another by now change nothing.
 * @returns By period; a filled one has `rows: 0`, a replaced one keeps its rows and has no `sum` and `weight`
 */
export function applyChanges(points: Raw, changes: readonly CleaningChange[]): CleanedPoint[] {
  const raw = byStart(points);
  const made = new Map<string, CleanedPoint>();
  for (const { id, effect, undone, points: changed } of changes) {
    if (effect === 'report' || undone) continue;
    for (const point of changed) {
      if (point.after === null || made.has(point.start) || !stillThere(raw, point)) continue;
      const { start, after: value } = point;
      made.set(start, { start, value, rows: raw.get(start)?.rows ?? 0, change: id });
    }
  }
  const starts = [...new Set([...raw.keys(), ...made.keys()])].sort();
  return starts.flatMap((start) => made.get(start) ?? raw.get(start) ?? []);
}
