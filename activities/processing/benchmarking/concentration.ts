import type { Figure } from '../../../domain/benchmark.ts';
import { unknownCurrency } from '../../../domain/datapoints.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { figure, type LastYear, type Outcome } from './figures.ts';

/** Columns of one page of records, as `streamFacts` gives them. */
export interface FactColumns {
  readonly keys: readonly string[];
  readonly fields: Readonly<Record<string, readonly JsonValue[]>>;
}

/** More are not added up: they would be held in memory. */
const mostEntities = 100_000;

/** Adds up a year's records by the one that an entity field names. */
export interface Tally {
  readonly add: (page: FactColumns) => void;
  readonly figures: () => Figure[];
}

/** For a metric that counts or sums. Records without the entity, the day or the number are left out. */
export function tally(year: LastYear, entity: string): Tally {
  const { metric, from, to, currency } = year;
  const { measure } = metric;
  const sums = new Map<string, number>();
  let tooMany = false;
  const add = ({ keys, fields }: FactColumns): void => {
    const days = fields[metric.time] ?? [];
    const names = fields[entity] ?? [];
    const values = 'field' in measure ? (fields[measure.field] ?? []) : null;
    const currencies =
      metric.currency !== undefined && 'field' in metric.currency ? fields[metric.currency.field] : null;
    for (let row = 0; row < keys.length; row++) {
      const day = days[row];
      const name = names[row];
      const value = values === null ? 1 : values[row];
      if (typeof day !== 'string' || day < from || day > to) continue;
      if (typeof name !== 'string' || typeof value !== 'number') continue;
      if (currencies !== null && (currencies?.[row] ?? unknownCurrency) !== currency) continue;
      const sum = sums.get(name);
      if (sum === undefined && sums.size >= mostEntities) tooMany = true;
      else sums.set(name, (sum ?? 0) + value);
    }
  };
  const figures = (): Figure[] => {
    const found: { readonly topTen: Outcome; readonly effective: Outcome } = !year.whole
      ? { topTen: 'NOT_ENOUGH_HISTORY', effective: 'NOT_ENOUGH_HISTORY' }
      : tooMany
        ? { topTen: 'TOO_MANY', effective: 'TOO_MANY' }
        : concentrationOf([...sums.values()]);
    return [figure(year, 'topTen', found.topTen, entity), figure(year, 'effective', found.effective, entity)];
  };
  return { add, figures };
}

/** Only what is above 0 has a share. */
export function concentrationOf(sums: readonly number[]): {
  readonly topTen: Outcome;
  readonly effective: Outcome;
} {
  const positive = sums.filter((sum) => sum > 0).sort((a, b) => b - a);
  const total = positive.reduce((all, sum) => all + sum, 0);
  if (!(total > 0) || !Number.isFinite(total)) return { topTen: 'NO_VALUES', effective: 'NO_VALUES' };
  const shares = positive.map((sum) => sum / total);
  const topTen = shares.slice(0, 10).reduce((all, share) => all + share, 0);
  return { topTen: Math.min(1, topTen), effective: 1 / shares.reduce((all, share) => all + share ** 2, 0) };
}
