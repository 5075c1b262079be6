import type { Db } from 'mongodb';
import { type Count, createKeyed } from './keyed.ts';
import type {
  BenchmarkDoc,
  CleaningDoc,
  FactsDoc,
  ForecastDoc,
  InsightDoc,
  ReportPointsDoc,
  SeriesDoc,
} from './model.ts';
import { type AnalysisPart, analysisCollection } from './names.ts';
import { createSeries } from './series.ts';

/** What processing makes of a connection's records. */
export function createAnalysis(db: Db, count: Count) {
  return {
    /** Of one generation of a connection; a collection is made by its first write. */
    of(connectionId: string, generation: number) {
      const keyed = <D extends { readonly _id: string }>(part: AnalysisPart) => {
        const collection = db.collection<D>(analysisCollection(part, connectionId, generation));
        const {
          get,
          getMany,
          putMany,
          remove,
          count: countAll,
          stream,
          drop,
        } = createKeyed(collection, count);
        return { get, getMany, putMany, remove, count: countAll, stream, drop };
      };
      return {
        facts: keyed<FactsDoc>('facts'),
        series: createSeries(
          db.collection<SeriesDoc>(analysisCollection('series', connectionId, generation)),
          count,
        ),
        forecasts: keyed<ForecastDoc>('forecasts'),
        insights: keyed<InsightDoc>('insights'),
        benchmarks: keyed<BenchmarkDoc>('benchmarks'),
        cleaning: keyed<CleaningDoc>('cleaning'),
        reportPoints: keyed<ReportPointsDoc>('reportPoints'),
      };
    },
  };
}

export type Analysis = ReturnType<ReturnType<typeof createAnalysis>['of']>;
