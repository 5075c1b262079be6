import type { Datapoint, DatapointSeries, Grain } from '../../domain/datapoints.ts';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const seasons = { day: 7, week: 52, month: 12 } as const;
const dayMs = 86_400_000;

/** First day of a period; weeks begin on Mondays. */
export function startOf(grain: Grain, at: number): string {
  if (grain === 'month') return new Date(Date.UTC(2018, at, 1)).toISOString().slice(0, 10);
  return new Date(Date.UTC(2018, 0, 1) + at * (grain === 'day' ? 1 : 7) * dayMs).toISOString().slice(0, 10);
}

export interface Made {
  readonly seed: number;
  readonly grain: Grain;
  readonly periods: number;
  /** Standard deviation of the noise in parts of the level. @default 0.08 */
  readonly noise?: number;
}

/** A series with level, growth, season and normal noise; `sigma` is the noise's standard deviation. */
export function madeSeries({ seed, grain, periods, noise = 0.08 }: Made) {
  const random = randomOf(seed);
  const level = 10 ** (2 + 3 * random());
  const growth = (0.4 * random() - 0.1) / periods;
  const swing = 0.3 * random();
  const season = seasons[grain];
  const sigma = noise * level;
  const rows = 20 + Math.floor(200 * random());
  const points = Array.from({ length: periods }, (_, at): Datapoint => {
    const usual = level * (1 + growth * at + swing * Math.sin((2 * Math.PI * at) / season));
    const value = Math.round((usual + sigma * normal(random)) * 100) / 100;
    return { start: startOf(grain, at), value, rows: rows + Math.round(Math.sqrt(rows) * normal(random)) };
  });
  return { series: seriesOf(grain, points), sigma, random };
}

export const seriesOf = (grain: Grain, points: readonly Datapoint[]): DatapointSeries => ({
  ...{ id: 'sales', metric: 'sales', grain, dimension: null, currency: null },
  points,
});

/** The series with other points. */
export const changed = (
  series: DatapointSeries,
  change: (point: Datapoint, at: number) => Datapoint | null,
): DatapointSeries => ({ ...series, points: series.points.flatMap((point, at) => change(point, at) ?? []) });
