import type { IngestionRunStatus } from './ingestion.ts';

/** How much a number of ingestion runs took in. Whole numbers of runs, rows, bytes, milliseconds. */
export interface IngestionSums {
  readonly runs: number;
  readonly inProgress: number;
  readonly completed: number;
  readonly failed: number;
  readonly canceled: number;
  readonly notFound: number;
  /** Runs that are unusual for their connection. */
  readonly unusual: number;
  readonly rows: number;
  readonly bytes: number;
  /** Of the runs that ended, one after the other. */
  readonly durationMs: number;
}

/** What is summed of one run. */
export interface SummedRun {
  readonly status: IngestionRunStatus;
  readonly rows: number;
  readonly bytes: number;
  /** Null while it is in progress. */
  readonly durationMs: number | null;
  readonly anomalies: readonly unknown[];
}

export const emptySums: IngestionSums = {
  runs: 0,
  inProgress: 0,
  completed: 0,
  failed: 0,
  canceled: 0,
  notFound: 0,
  unusual: 0,
  rows: 0,
  bytes: 0,
  durationMs: 0,
};

const countedAs = {
  IN_PROGRESS: 'inProgress',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELED: 'canceled',
  NOT_FOUND: 'notFound',
} as const satisfies Readonly<Record<IngestionRunStatus, keyof IngestionSums>>;

/** Sums runs. Only numbers that are stored with each run go in, so that it may be done again at any time. */
export function sumRuns(runs: readonly SummedRun[]): IngestionSums {
  return addSums(
    ...runs.map(({ status, rows, bytes, durationMs, anomalies }) => ({
      ...emptySums,
      runs: 1,
      [countedAs[status]]: 1,
      unusual: anomalies.length > 0 ? 1 : 0,
      rows,
      bytes,
      durationMs: durationMs ?? 0,
    })),
  );
}

/** Adds sums of different runs, field by field. */
export function addSums(...sums: readonly IngestionSums[]): IngestionSums {
  const names = Object.keys(emptySums) as (keyof IngestionSums)[];
  return Object.fromEntries(
    names.map((name) => [name, sums.reduce((total, one) => total + one[name], 0)]),
  ) as unknown as IngestionSums;
}

/** Rows a second with two digits; null where no time went by. */
export const rowsPerSecond = (rows: number, durationMs: number | null): number | null =>
  durationMs === null || durationMs === 0 ? null : Math.round((rows * 100_000) / durationMs) / 100;

export const hourMs = 3_600_000;

/** The hour in UTC that a time lies in, as ISO 8601 text: `2026-01-31T09:00:00.000Z`. */
export const hourOf = (time: Date): string =>
  new Date(Math.floor(time.getTime() / hourMs) * hourMs).toISOString();

/** Every hour from the one that `from` lies in; `to` is exclusive. As {@link hourOf} writes them, in order. */
export function hoursBetween(from: Date, to: Date): string[] {
  const first = Math.floor(from.getTime() / hourMs);
  const count = Math.max(0, Math.ceil(to.getTime() / hourMs) - first);
  return Array.from({ length: count }, (_, index) => new Date((first + index) * hourMs).toISOString());
}
