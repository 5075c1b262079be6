/** How a metric's numbers may be put together. */
export type MeasureKind = 'count' | 'sum' | 'average' | 'minimum' | 'maximum' | 'distinct' | 'ratio';

export type Grain = 'day' | 'week' | 'month';

/** A metric x dimension x period, computed from records. */
export interface Datapoint {
  /** First day of the period, YYYY-MM-DD in the company's calendar; weeks begin on Mondays. */
  readonly start: string;
  /** Null: there were records, but none with a value. Always finite. */
  readonly value: number | null;
  /** Records of the period, those without a value included. */
  readonly rows: number;
  /** Of averages and ratios, `value` is `sum / weight`: the sum of the field, and what it is divided by. */
  readonly sum?: number;
  readonly weight?: number;
}

/** The points of one metric, in all or of one value of a dimension, in one currency. */
export interface DatapointSeries {
  /** See {@link seriesIdOf}. */
  readonly id: string;
  readonly metric: string;
  readonly grain: Grain;
  /** Null: of all records. */
  readonly dimension: { readonly field: string; readonly value: string } | null;
  /** ISO 4217; `XXX` where a record does not tell it; null of metrics that are no money. */
  readonly currency: string | null;
  /** By period, none twice; periods without records are missing. */
  readonly points: readonly Datapoint[];
}

/** Records that are in no datapoint of a metric, by why. */
export interface Uncounted {
  /** No time, or one that cannot be read. */
  readonly undated: number;
  /** Before 1970, or after the end of the fifth year from now. */
  readonly outOfRange: number;
  /** No number where one is measured; they count in `rows`. */
  readonly unmeasured: number;
  /** Of a dimension with more than 200 values: those of the rarer ones are in the total only. */
  readonly untold: number;
}

/** The currency of records that do not tell theirs (ISO 4217: no currency). */
export const unknownCurrency = 'XXX';

/** Value of a dimension where the record has none. */
export const noDimensionValue = '(none)';

/**
 * The id of a series: `<metric>`, `<metric>/<currency>`, `<metric>/<currency or ->/<field>=<value>`.
 * It is stable over sessions and unique within a generation of a connection.
 */
export function seriesIdOf({
  metric,
  dimension,
  currency,
}: Pick<DatapointSeries, 'metric' | 'dimension' | 'currency'>): string {
  if (dimension === null) return currency === null ? metric : `${metric}/${currency}`;
  return `${metric}/${currency ?? '-'}/${dimension.field}=${dimension.value}`;
}

/** Whether a number is for people one of a hundred: a ratio or an average that is no money and lies from -1 to 1. */
export const readsAsShare = (
  kind: MeasureKind,
  currency: string | null,
  values: Iterable<number | null>,
): boolean => {
  if ((kind !== 'ratio' && kind !== 'average') || currency !== null) return false;
  for (const value of values) if (Math.abs(value ?? 0) > 1) return false;
  return true;
};

/** Whether the values of a dimension add up to that of all records. */
export const addsUp = (kind: MeasureKind): boolean => kind === 'count' || kind === 'sum';
