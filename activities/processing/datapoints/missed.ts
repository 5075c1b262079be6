import { firstDay } from './calendar.ts';
import type { Metric, ResourcePlan } from './plan.ts';
import type { Fact, Rows } from './rows.ts';

/** Records that a metric does not count, see `Uncounted`. */
export type Missed = readonly [undated: number, outOfRange: number, unmeasured: number];

/** The columns of the rows that a metric reads. */
export function columnsFor(metric: Metric, rows: Rows, { columns }: Pick<ResourcePlan, 'columns'>) {
  const { days, numbers, texts } = columns;
  const text = (field: string): readonly Fact[] =>
    rows.columns[days.length + numbers.length + texts.indexOf(field)] ?? [];
  const number = (field: string): readonly Fact[] => rows.columns[days.length + numbers.indexOf(field)] ?? [];
  const { measure, currency } = metric;
  return {
    days: rows.columns[days.indexOf(metric.time)] ?? [],
    value:
      measure.kind === 'count'
        ? null
        : measure.kind === 'distinct'
          ? text(measure.field)
          : number(measure.field),
    per: measure.kind === 'ratio' ? number(measure.per) : null,
    currency: currency !== undefined && 'field' in currency ? text(currency.field) : null,
    dimensions: metric.dimensions.map(text),
  };
}

/** Whether a day is counted. */
export const isInRange = (day: string, { lastDay }: Pick<ResourcePlan, 'lastDay'>): boolean =>
  day >= firstDay && day <= lastDay;

/** For each metric, the records that it does not count. */
export function missedOf(rows: Rows, plan: ResourcePlan): Missed[] {
  return plan.metrics.map((metric) => {
    const { days, value, per } = columnsFor(metric, rows, plan);
    let [undated, outOfRange, unmeasured] = [0, 0, 0];
    for (let row = 0; row < rows.keys.length; row++) {
      const day = days[row] ?? null;
      if (day === null) undated += 1;
      else if (!isInRange(String(day), plan)) outOfRange += 1;
      else if ((value !== null && value[row] === null) || (per !== null && per[row] === null))
        unmeasured += 1;
    }
    return [undated, outOfRange, unmeasured];
  });
}
