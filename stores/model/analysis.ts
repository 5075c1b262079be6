import type { Datapoint, DatapointSeries } from '../../domain/datapoints.ts';

/** A series of datapoints. `_id` is the series id; one collection for each connection and generation. */
export interface SeriesDoc extends Omit<DatapointSeries, 'id'> {
  readonly _id: string;
  readonly points: readonly Datapoint[];
  /** The session that changed a point of it last, or the report. */
  readonly changedIn: string;
  readonly updatedAt: Date;
}

/**
 * What datapoints need to know of records, as pages in key order: a compact copy of the fields that metrics read.
 * `_id` is `<resource>/<page>`; the directory of a resource's pages is `<resource>`, how far the datapoints are `/state`,
 * and what is being computed again `/pending/<resource>`.
 */
export interface FactsDoc {
  readonly _id: string;
  /** JSON text. */
  readonly data: string;
  readonly updatedAt: Date;
}

/** What one report adds to the datapoints. `_id` is `<type>/<slot>`; one collection for each connection and generation. */
export interface ReportPointsDoc {
  readonly _id: string;
  readonly type: string;
  readonly slot: string;
  /** YYYY-MM-DD: the day of the points. Of several slots of a day the newest counts. */
  readonly date: string;
  /** Of the report, and by which numbers of the type: with others it is made again. */
  readonly revision: number;
  readonly print: string;
  readonly points: readonly ReportPoint[];
  readonly updatedAt: Date;
}

/** A number of a report. */
export interface ReportPoint {
  /** As the type calls it. */
  readonly metric: string;
  /** Null: of all rows. */
  readonly dimension: { readonly field: string; readonly value: string } | null;
  readonly currency: string | null;
  /** Null: there are rows, but none with a number. */
  readonly value: number | null;
  readonly rows: number;
}
