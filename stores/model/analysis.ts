import type { Datapoint, DatapointSeries } from '../../domain/datapoints.ts';

/** A series of datapoints. `_id` is the series id; one collection for each connection and generation. */
export interface SeriesDoc extends Omit<DatapointSeries, 'id'> {
  readonly _id: string;
  readonly points: readonly Datapoint[];
  /** The session that changed a point of it last. */
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
