import type { ConnectorDefinition } from '../../../connectors/definition.ts';

/** A metric as its connector defines it. */
export type Metric = NonNullable<ConnectorDefinition['metrics']>[number];

/** Which fields of a resource's records metrics read, and what as; one field may be in more than one list. */
export interface Columns {
  /** Times, as local calendar days. */
  readonly days: readonly string[];
  readonly numbers: readonly string[];
  /** Dimensions, entities, currencies, and what is counted distinctly. */
  readonly texts: readonly string[];
}

/** What is done with the records of one resource. */
export interface ResourcePlan {
  readonly resource: string;
  readonly metrics: readonly Metric[];
  readonly columns: Columns;
  readonly timeZone: string;
  /** The last day that is counted. */
  readonly lastDay: string;
  /** With other columns all records are read again; with other metrics only the facts. */
  readonly columnsPrint: string;
  readonly metricsPrint: string;
}

/** Raised when pages or points are made in another way. */
const version = 1;

/** The plan of each resource that metrics read. */
export function plansOf(
  metrics: readonly Metric[],
  { timeZone, lastDay }: Pick<ResourcePlan, 'timeZone' | 'lastDay'>,
): ResourcePlan[] {
  return [...new Set(metrics.map(({ resource }) => resource))].map((resource) => {
    const own = metrics.filter((metric) => metric.resource === resource);
    const columns = columnsOf(own);
    return {
      ...{ resource, metrics: own, columns, timeZone, lastDay },
      columnsPrint: JSON.stringify([version, timeZone, columns]),
      metricsPrint: JSON.stringify(
        own.map(({ id, measure, time, grain, dimensions, currency }) => [
          ...[id, measure, time, grain, dimensions, currency ?? null],
          lastDay,
        ]),
      ),
    };
  });
}

const sorted = (fields: readonly string[]): string[] => [...new Set(fields)].sort();

function columnsOf(metrics: readonly Metric[]): Columns {
  const numbers: string[] = [];
  const texts: string[] = [];
  for (const { measure, dimensions, entities, currency } of metrics) {
    if (measure.kind === 'distinct') texts.push(measure.field);
    else if (measure.kind !== 'count') numbers.push(measure.field);
    if (measure.kind === 'ratio') numbers.push(measure.per);
    texts.push(...dimensions, ...entities);
    if (currency !== undefined && 'field' in currency) texts.push(currency.field);
  }
  return { days: sorted(metrics.map(({ time }) => time)), numbers: sorted(numbers), texts: sorted(texts) };
}
