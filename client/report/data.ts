import type { Standing } from '../../domain/benchmark.ts';
import type { SeriesPoint } from '../../domain/forecast.ts';
import type { KeptInsight } from '../../domain/insights.ts';
import type { Checks } from '../api/schemas/checks.ts';
import type { CleaningList } from '../api/schemas/cleaning.ts';
import type { ForecastAnswer } from '../api/schemas/forecasts.ts';
import type { SessionDeduplication } from '../api/schemas/merges.ts';
import type { Ledgers, Session, Timeline } from '../api/schemas/sessions.ts';

/** What is known of a session, for its page. Plain data: what the API answers with. */
export interface SessionReport {
  /** ISO 8601. */
  readonly madeAt: string;
  /** IANA name: the page shows its times. */
  readonly timeZone: string;
  /** Names for people. */
  readonly company: string;
  readonly app: string;
  readonly resourceNames: Readonly<Record<string, string>>;
  readonly metricNames: Readonly<Record<string, string>>;
  readonly session: Session;
  /** Id of a later session of the connection, if there is one: some of what this one found is not kept as it was. */
  readonly later: string | null;
  /** False: the records that it was about are no longer there. */
  readonly dataKept: boolean;
  readonly timeline: Timeline['entries'];
  readonly ledger: Ledgers;
  readonly checks: Checks['checks'];
  readonly insights: { readonly shown: readonly KeptInsight[]; readonly left: number };
  readonly forecasts: ReportForecasts;
  /** Null: none was stored by this session. */
  readonly benchmark: { readonly at: string; readonly standings: readonly Standing[] } | null;
  readonly cleaning: CleaningList;
  /** By resource, what became one; empty where nothing was deduplicated. */
  readonly merged: SessionDeduplication['resources'];
}

/** A forecast as it is drawn. */
export interface ReportForecast
  extends Pick<
    ForecastAnswer,
    | 'series'
    | 'metric'
    | 'name'
    | 'grain'
    | 'dimension'
    | 'currency'
    | 'sentence'
    | 'reason'
    | 'points'
    | 'why'
    | 'mase'
    | 'coverage95'
    | 'notes'
    | 'record'
  > {
  /** What came, in the order of time. */
  readonly recent: readonly SeriesPoint[];
}

export interface ReportForecasts {
  /** Totals, and the first dimension of each metric. */
  readonly shown: readonly ReportForecast[];
  /** Those that are not drawn. */
  readonly left: number;
  /** Forecasts of this session that are not kept any more. */
  readonly gone: number;
}
