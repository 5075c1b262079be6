/** Where several schedules could be meant: `^[1-9][0-9]*[dhm]$` (document 002), such as `15m`, `6h`, `1d`. */
export const intervalPattern = /^[1-9][0-9]*[dhm]$/;

/** When something recurs by itself. Times are those of the connection's time zone. */
export type Recurrence =
  | { readonly kind: 'INTERVAL'; readonly every: string }
  /** Five fields: minute, hour, day of month, month, day of week. */
  | { readonly kind: 'CRON'; readonly cron: string };

/** The schedule of a connection; MANUAL: sessions start by calls and webhooks only. */
export type ConnectionSchedule = Recurrence | { readonly kind: 'MANUAL' };

/** The schedule of one ingestion configuration; GLOBAL: that of its connection. */
export type IngestionSchedule = Recurrence | { readonly kind: 'GLOBAL' };

export const ingestionStrategies = ['SNAPSHOT', 'INCREMENTAL'] as const;

/** SNAPSHOT reads everything anew, INCREMENTAL what changed since the cursor. */
export type IngestionStrategy = (typeof ingestionStrategies)[number];

/** One way in which a resource is ingested; a resource may have several (document 002). */
export interface IngestionConfiguration {
  /** A slug, unique in its resource. */
  readonly id: string;
  readonly strategy: IngestionStrategy;
  readonly schedule: IngestionSchedule;
  readonly enabled: boolean;
}

/** What a resource has whose configurations nobody named. */
export const defaultConfiguration: IngestionConfiguration = {
  id: 'default',
  strategy: 'INCREMENTAL',
  schedule: { kind: 'GLOBAL' },
  enabled: true,
};
