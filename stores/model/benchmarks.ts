import type { Figure, Standing } from '../../domain/benchmark.ts';

/** Where a connection stood when a session had made its figures. `_id` is the session's id. */
export interface BenchmarkDoc {
  readonly _id: string;
  readonly standings: readonly Standing[];
  readonly at: Date;
}

/** A connection's own numbers by which companies are compared. `_id` is `<connectionId>/<generation>`. */
export interface FiguresDoc {
  readonly _id: string;
  readonly connectionId: string;
  readonly company: string;
  readonly app: string;
  /** Value of the property by which companies are alike; null where the connection has none. */
  readonly segment: string | null;
  readonly figures: readonly Figure[];
  readonly sessionId: string;
  readonly madeAt: Date;
}

/** One company in a comparison. */
export interface ComparedCompany {
  /** `_id` of its figures: `<connectionId>/<generation>`. */
  readonly figuresId: string;
  readonly company: string;
  readonly value: number;
  /** Last day that the value covers, YYYY-MM-DD. */
  readonly to: string;
  /** From 0. */
  readonly part: number;
}

/** The comparison of a group by one figure, the same for all until the next one. `_id`: see benchmarkGroupId. */
export interface BenchmarkGroupDoc {
  readonly _id: string;
  readonly segment: string | null;
  /** Raised by every comparison; compare-and-set goes by it. */
  readonly epoch: number;
  readonly at: Date;
  /** Companies that were compared, those that left since included. */
  readonly size: number;
  readonly parts: number;
  readonly typical: number | null;
  /** Those that are still connected. */
  readonly members: readonly ComparedCompany[];
}
