import { median } from '../../../domain/anomalies.ts';
import type { FoundChange } from '../../../domain/cleaning.ts';
import type { DatapointSeries } from '../../../domain/datapoints.ts';
import { calendarOf, dayNumber, openPeriodOf } from '../forecasting/periods.ts';
import { shown } from './words.ts';

/** Periods that each of the two must have. */
const least = 3;

/**
 * The amounts of another currency end where those of this one begin. Only told: there are no exchange rates here.
 * @param others Totals of the same metric in other currencies
 */
export function findCurrencyJump(
  series: DatapointSeries,
  others: readonly DatapointSeries[],
  asOf: string,
): FoundChange[] {
  const after = valued(series, asOf);
  const first = after[0];
  if (series.currency === null || first === undefined || after.length < least) return [];
  const calendar = calendarOf(series.grain, dayNumber(first.start) ?? 0);
  const numberOf = (start: string) => calendar.numberOf(dayNumber(start) ?? 0) ?? 0;
  for (const other of others) {
    const before = valued(other, asOf);
    const last = before.at(-1);
    if (last === undefined || before.length < least || other.currency === null) continue;
    // The month of the change may have both.
    const apart = numberOf(first.start) - numberOf(last.start);
    if (apart < 0 || apart > 2) continue;
    const usual = (points: typeof before) => median(points.map(({ value }) => value ?? 0));
    const [was, is] = [usual(before.slice(-least)), usual(after.slice(0, least))];
    const ratio = was === 0 || !Number.isFinite(is / was) ? null : is / was;
    const level = ratio === null ? '' : ` The level is ${shown(ratio)} times what it was.`;
    return [
      {
        rule: 'currency-jump',
        start: first.start,
        points: [{ start: first.start, before: first.value, after: first.value }],
        effect: 'report',
        certainty: apart === 0 ? 'low' : 'high',
        numbers: ratio === null ? {} : { ratio },
        sentence: `From ${first.start} on the amounts come in ${series.currency}, up to then in ${other.currency}.${level} Nothing is converted: exchange rates are not kept here.`,
      },
    ];
  }
  return [];
}

const valued = ({ points, grain }: DatapointSeries, asOf: string) =>
  points.filter(
    ({ start, value }) =>
      start < openPeriodOf(grain, asOf) &&
      dayNumber(start) !== null &&
      value !== null &&
      Number.isFinite(value),
  );
