import type { Benchmark } from './api/schemas/benchmarks.ts';
import type { ChecksQuery, ConnectionChecks } from './api/schemas/checks.ts';
import type {
  CleanedSeries,
  CleaningChangeView,
  CleaningDecisionBody,
  CleaningList,
  CleaningQuery,
} from './api/schemas/cleaning.ts';
import type { Datapoints, DatapointsQuery, SeriesList, SeriesQuery } from './api/schemas/datapoints.ts';
import type { ForecastAnswer, ForecastList, ForecastsQuery } from './api/schemas/forecasts.ts';
import type { InsightList, InsightsQuery } from './api/schemas/insights.ts';
import type {
  DecideMergeBody,
  MergeDecided,
  MergeDetail,
  MergeGroups,
  MergePairs,
  MergeQuery,
  MergesQuery,
  SessionDeduplication,
  SuggestionsQuery,
  UndoMergeBody,
} from './api/schemas/merges.ts';

/** How the typed client asks the API; each fails with the error of the problem answer. */
export interface Asks {
  readonly get: <T>(
    path: string,
    query?: Readonly<Record<string, string | number | undefined>>,
  ) => Promise<T>;
  readonly post: <T>(path: string, body?: object) => Promise<T>;
  /** An answer that is no JSON. */
  readonly text: (path: string) => Promise<string>;
}

const connection = (id: string) => `/api/connections/${encodeURIComponent(id)}`;

/** The part of the typed client that reads what processing found. */
export const analysisCalls = ({ get, post, text }: Asks) => ({
  /** A session as one HTML page. */
  sessionReport: (id: string) => text(`/api/sessions/${encodeURIComponent(id)}/report`),
  /** The series of datapoints, without the points. */
  listSeries: (id: string, query: SeriesQuery = {}) =>
    get<SeriesList>(`${connection(id)}/series`, { ...query }),
  /** The datapoints of one metric. */
  datapoints: (id: string, query: DatapointsQuery) =>
    get<Datapoints>(`${connection(id)}/datapoints`, { ...query }),
  /** What is expected next of each metric, without the periods behind it. */
  forecasts: (id: string, query: ForecastsQuery = {}) =>
    get<ForecastList>(`${connection(id)}/forecasts`, { ...query }),
  /** One forecast with all there is to it. @param series Its id, as `forecasts` lists it. */
  forecast: (id: string, series: string) =>
    get<ForecastAnswer>(`${connection(id)}/forecasts/one`, { series }),
  /** The latest result of each check of monitoring, and its history. */
  connectionChecks: (id: string, query: ChecksQuery = {}) =>
    get<ConnectionChecks>(`${connection(id)}/checks`, { ...query }),
  /** What is worth knowing of the numbers of a connection, greatest first. */
  insights: (id: string, query: InsightsQuery = {}) =>
    get<InsightList>(`${connection(id)}/insights`, { ...query } as Readonly<Record<string, string | number>>),
  /** How the connection compares with the other companies of its app. */
  getBenchmark: (id: string) => get<Benchmark>(`${connection(id)}/benchmark`),
  /** What historical data cleaning found, newest first. */
  cleaning: (id: string, query: CleaningQuery = {}) =>
    get<CleaningList>(`${connection(id)}/cleaning`, { ...query }),
  /** A series raw and cleaned. @param series Its id, as `cleaning` lists it. */
  cleanedSeries: (id: string, series: string) =>
    get<CleanedSeries>(`${connection(id)}/cleaning/series`, { series }),
  /** Lets the raw values of a change count. */
  undoCleaning: (id: string, body: CleaningDecisionBody) =>
    post<CleaningChangeView>(`${connection(id)}/cleaning/undo`, body),
  redoCleaning: (id: string, body: CleaningDecisionBody) =>
    post<CleaningChangeView>(`${connection(id)}/cleaning/redo`, body),
  /** Records that are one. */
  merges: (id: string, query: MergesQuery = {}) => get<MergeGroups>(`${connection(id)}/merges`, { ...query }),
  /** One merge, by the key of any of its records. */
  merge: (id: string, query: MergeQuery) => get<MergeDetail>(`${connection(id)}/merges/one`, { ...query }),
  /** Near matches that wait for an answer, or what people decided. */
  mergeSuggestions: (id: string, query: SuggestionsQuery = {}) =>
    get<MergePairs>(`${connection(id)}/merges/suggestions`, { ...query }),
  /** Merged records become records of their own, and stay so. */
  undoMerge: (id: string, body: UndoMergeBody) => post<MergeDecided>(`${connection(id)}/merges/undo`, body),
  decideMerge: (id: string, body: DecideMergeBody) =>
    post<MergeDecided>(`${connection(id)}/merges/decide`, body),
  /** What a session merged and parted. */
  sessionDeduplication: (id: string) =>
    get<SessionDeduplication>(`/api/sessions/${encodeURIComponent(id)}/deduplication`),
});
