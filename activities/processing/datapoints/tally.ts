import { type DatapointSeries, noDimensionValue, seriesIdOf } from '../../../domain/datapoints.ts';
import { measureOf, type Sum } from './accumulate.ts';
import { periodOf } from './calendar.ts';
import { columnsFor, isInRange } from './missed.ts';
import type { Metric, ResourcePlan } from './plan.ts';
import type { Fact, Rows } from './rows.ts';
import { currencyOf, hashOf } from './values.ts';

/** Values of a dimension that get series of their own. */
export const mostValues = 200;
/** Values of a dimension whose records are counted to find the greatest; those that come later do not compete. */
const mostCounted = 50_000;

/** A dimension of a metric. */
export const dimensionId = (metric: string, field: string): string => `${metric}/${field}`;

/** What is added up; missing: everything. */
export interface TallyScope {
  /** Only these periods of a metric; null: all. */
  readonly periods?: (metric: Metric) => ReadonlySet<string> | null;
  /** False: only dimensions. */
  readonly totals?: boolean;
  /**
   * By {@link dimensionId}: `only` these values, or all as long as they are not too many together with `known`, or
   * null: not at all. Missing: all as long as they are not too many.
   */
  readonly values?: (
    id: string,
  ) => { readonly only: ReadonlySet<string> } | { readonly known: ReadonlySet<string> } | null;
  /** Counts the records of every value of a dimension, of these in any case. */
  readonly counted?: (id: string) => ReadonlySet<string>;
}

type Periods = Map<string, Sum>;

interface DimensionTally {
  readonly field: string;
  readonly id: string;
  readonly only: ReadonlySet<string> | null;
  readonly known: Set<string>;
  readonly counts: Map<string, number> | null;
  /** By currency and value. */
  readonly groups: Map<string | null, Map<string, Periods>>;
  tooMany: boolean;
}

/** Series without what the store adds. */
export type Added = Omit<DatapointSeries, 'grain'> & { readonly grain: Metric['grain'] };

/** Adds the rows of a resource up to datapoints. Neither the order of rows nor that of pages makes a difference. */
export function createTally(plan: ResourcePlan, scope: TallyScope = {}) {
  const tallies = plan.metrics.map((metric) => createMetricTally(metric, plan, scope));
  return {
    add: (rows: Rows): void => {
      for (const tally of tallies) tally.add(rows);
    },
    /** What was added up, by series id. */
    series: (): Map<string, Added> => new Map(tallies.flatMap((tally) => tally.series())),
    /** Dimensions that have too many values: there is nothing of them in `series`. */
    tooMany: (): { readonly id: string; readonly counts: ReadonlyMap<string, number> }[] =>
      tallies.flatMap((tally) => tally.tooMany()),
  };
}

function createMetricTally(metric: Metric, plan: ResourcePlan, scope: TallyScope) {
  const { grain, measure: measured, currency: money } = metric;
  const measure = measureOf(measured.kind);
  const periods = scope.periods?.(metric) ?? null;
  const totals = new Map<string | null, Periods>();
  const dimensions = metric.dimensions.map((field) => dimensionTally(metric.id, field, scope));
  const periodOfDay = new Map<string, string | null>();
  const currencies = new Map<string | null, string>();
  const fixed = money !== undefined && 'code' in money ? money.code : null;

  const periodFor = (day: string): string | null => {
    let period = periodOfDay.get(day);
    if (period === undefined) {
      const whole = isInRange(day, plan) ? periodOf(day, grain) : null;
      period = whole !== null && (periods === null || periods.has(whole)) ? whole : null;
      periodOfDay.set(day, period);
    }
    return period;
  };
  const currencyFor = (text: string | null): string => {
    let code = currencies.get(text);
    if (code === undefined) {
      code = currencyOf(text);
      if (currencies.size < mostValues) currencies.set(text, code);
    }
    return code;
  };
  const addTo = (group: Periods, period: string, value: number | null, per: number | null): void => {
    let sum = group.get(period);
    if (sum === undefined) {
      sum = measure.begin();
      group.set(period, sum);
    }
    measure.add(sum, value, per);
  };

  return {
    add(rows: Rows): void {
      const { days, value, per, currency, dimensions: texts } = columnsFor(metric, rows, plan);
      for (let row = 0; row < rows.keys.length; row++) {
        const day = days[row] as string | null;
        const period = day === null ? null : periodFor(day);
        if (period === null) continue;
        const amount = measurable(value?.[row] ?? null);
        const divisor = (per?.[row] ?? null) as number | null;
        const code = currency === null ? fixed : currencyFor(currency[row] as string | null);
        if (scope.totals !== false) addTo(inner(totals, code), period, amount, divisor);
        for (const [index, dimension] of dimensions.entries()) {
          const group = groupOf(dimension, code, (texts[index]?.[row] ?? noDimensionValue) as string);
          if (group !== null) addTo(group, period, amount, divisor);
        }
      }
    },
    series(): [string, Added][] {
      const found: [string, Added][] = [];
      const add = (currency: string | null, dimension: Added['dimension'], group: Periods): void => {
        const id = seriesIdOf({ metric: metric.id, dimension, currency });
        const points = [...group.keys()].sort().map((start) => measure.point(start, group.get(start) as Sum));
        found.push([id, { id, metric: metric.id, grain, dimension, currency, points }]);
      };
      for (const [currency, group] of totals) add(currency, null, group);
      for (const { field, groups } of dimensions)
        for (const [currency, values] of groups)
          for (const [value, group] of values) add(currency, { field, value }, group);
      return found;
    },
    tooMany: () =>
      dimensions
        .filter((one) => one.tooMany)
        .map(({ id, counts }) => ({ id, counts: counts ?? new Map<string, number>() })),
  };
}

const measurable = (value: Fact): number | null => (typeof value === 'string' ? hashOf(value) : value);

function inner<K, V>(map: Map<K, Map<string, V>>, key: K): Map<string, V> {
  let found = map.get(key);
  if (found === undefined) {
    found = new Map();
    map.set(key, found);
  }
  return found;
}

function dimensionTally(metric: string, field: string, { values, counted }: TallyScope): DimensionTally {
  const id = dimensionId(metric, field);
  const wanted = values === undefined ? { known: new Set<string>() } : values(id);
  const only = wanted === null ? new Set<string>() : 'only' in wanted ? wanted.only : null;
  const known = new Set(wanted !== null && 'known' in wanted ? wanted.known : []);
  return {
    ...{ field, id, only, known, groups: new Map(), tooMany: known.size > mostValues },
    counts:
      counted === undefined || only !== null ? null : new Map([...counted(id)].map((value) => [value, 0])),
  };
}

/** Where a record of this value is added; null: nowhere. */
function groupOf(of: DimensionTally, currency: string | null, value: string): Periods | null {
  const { only, known, counts, groups } = of;
  if (counts !== null) {
    const count = counts.get(value);
    if (count !== undefined || counts.size < mostCounted) counts.set(value, (count ?? 0) + 1);
  }
  if (of.tooMany || (only !== null && !only.has(value))) return null;
  if (only === null && !known.has(value)) {
    known.add(value);
    if (known.size > mostValues) {
      of.tooMany = true;
      groups.clear();
      return null;
    }
  }
  const values = inner(groups, currency);
  let group = values.get(value);
  if (group === undefined) {
    group = new Map();
    values.set(value, group);
  }
  return group;
}
