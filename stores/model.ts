/** The documents of the store, collection by collection. docs/data-model.md says the same for readers. */

export type * from './model/alerts.ts';
export type * from './model/analysis.ts';
export type * from './model/authorization.ts';
export type * from './model/benchmarks.ts';
export type * from './model/cleaning.ts';
export type * from './model/connections.ts';
export type * from './model/control.ts';
export type * from './model/forecasts.ts';
export type * from './model/insights.ts';
export type * from './model/leases.ts';
export type * from './model/loading.ts';
export type * from './model/merges.ts';
export type * from './model/outbound.ts';
export type * from './model/records.ts';
export type * from './model/reports.ts';
export type * from './model/sessions.ts';
export type * from './model/statistics.ts';
export type * from './model/sync-bases.ts';
export type * from './model/syncs.ts';
