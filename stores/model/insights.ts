import type { KeptInsight } from '../../domain/insights.ts';

/** Something that a person may want to know of a connection's numbers. `_id` is the insight's id. */
export interface InsightDoc extends Omit<KeptInsight, 'id'> {
  readonly _id: string;
  readonly updatedAt: Date;
}
