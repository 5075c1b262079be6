// Alone: node --import tsx bench/forecasting.ts; about a minute.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { errorUnit } from '../activities/processing/forecasting/accuracy.ts';
import { seasons } from '../activities/processing/forecasting/candidates.ts';
import { usualHorizons } from '../activities/processing/forecasting/forecast-series.ts';
import { createForecaster, type Forecaster } from '../activities/processing/forecasting/pool.ts';
import { scoreForecast } from '../activities/processing/forecasting/track-record.ts';
import type { ForecastInput, PublishedForecast, SeriesPoint } from '../domain/forecast.ts';
import { autoEts, peerSetting } from './forecasting-peer.ts';
import { type RealSeries, realSeries } from './forecasting-series.ts';
import { createTable, type Table } from './table.ts';

/** Held-out origins of each series, half a horizon apart. */
const heldOut = 3;
const manySeries = 10_000;
const manyMonths = 48;
const asOf = '2030-01-01';

/** One forecast from one held-out origin, against the same as one season before. */
interface Trial {
  readonly series: RealSeries;
  readonly mase: number;
  readonly floorMase: number;
  readonly periods: number;
  readonly in80: number;
  readonly in95: number;
  /** What is published lost to the floor in the backtest that chose it. */
  readonly lost: boolean;
  readonly past: readonly SeriesPoint[];
  readonly came: readonly SeriesPoint[];
  /** Unit of its MASE. */
  readonly scale: number;
}

async function trialsOf(
  forecaster: Forecaster,
  series: RealSeries,
  effort: 'full' | 'quick',
): Promise<readonly Trial[]> {
  const { grain, points } = series;
  const horizon = usualHorizons[grain];
  return Promise.all(
    Array.from({ length: heldOut }, async (_, origin): Promise<Trial> => {
      const length = points.length - horizon - origin * Math.ceil(horizon / 2);
      const past = points.slice(0, length);
      const came = points.slice(length, length + horizon);
      const outcome = await forecaster.forecast({ grain, points: past, asOf, effort });
      if (outcome.outcome === 'none') throw new Error(`${series.name}: ${outcome.sentence}`);
      const scale = errorUnit(
        past.map(({ value }) => value ?? 0),
        seasons[grain],
      );
      const score = scoreForecast({ points: outcome.points, scale }, came);
      const floor = scoreForecast({ points: asOneSeasonBefore(past, came, seasons[grain]), scale }, came);
      if (score === null || floor === null) throw new Error(`${series.name}: nothing to compare with.`);
      return {
        series,
        mase: score.mase,
        floorMase: floor.mase,
        periods: score.periods,
        in80: (score.coverage80 ?? 0) * score.periods,
        in95: (score.coverage95 ?? 0) * score.periods,
        lost: lostInBacktest(outcome),
        ...{ past, came, scale },
      };
    }),
  );
}

const asOneSeasonBefore = (past: readonly SeriesPoint[], came: readonly SeriesPoint[], season: number) =>
  came.map(({ start }, step) => {
    const value = past[past.length - season + (step % season)]?.value ?? 0;
    return { start, value, low80: value, high80: value, low95: value, high95: value };
  });

function lostInBacktest({ backtest, model, floor }: PublishedForecast): boolean {
  const maseOf = (one: string | null) => backtest?.candidates.find((score) => score.model === one)?.mase ?? 0;
  return maseOf(model) > maseOf(floor);
}

const sum = (trials: readonly Trial[], of: (trial: Trial) => number): number =>
  trials.reduce((total, trial) => total + of(trial), 0);

async function quality(
  forecaster: Forecaster,
  table: Table,
  effort: 'full' | 'quick',
): Promise<readonly Trial[]> {
  const all = realSeries();
  const trials = (await Promise.all(all.map((series) => trialsOf(forecaster, series, effort)))).flat();
  const named = (what: string) => `forecasts, ${effort}: ${what}`;
  table.row(named('real series'), all.length, '', { atLeast: 20 });
  const mase = sum(trials, (one) => one.mase) / trials.length;
  const floorMase = sum(trials, (one) => one.floorMase) / trials.length;
  table.row(named('mean MASE'), mase, '');
  table.row(named('mean MASE of seasonal naive'), floorMase, '');
  table.row(named('the one against the other'), mase / floorMase, '', { atMost: 0.8 });
  table.row(named('published though it lost'), trials.filter(({ lost }) => lost).length, '', { atMost: 0 });
  const periods = sum(trials, (one) => one.periods);
  table.row(named('within 80 % intervals'), (100 * sum(trials, (one) => one.in80)) / periods, '%');
  const covered = (100 * sum(trials, (one) => one.in95)) / periods;
  table.row(named('within 95 % intervals'), covered, '%', { atLeast: 90 });
  table.row(named('within 95 % intervals, not more'), covered, '%', { atMost: 99 });
  return trials;
}

/** The same series from the same origins, by statsforecast's AutoETS. */
async function againstAutoEts(table: Table, trials: readonly Trial[]): Promise<void> {
  const theirs = await autoEts(
    trials.map(({ series: { grain }, past, came }) => ({
      values: past.map(({ value }) => value ?? 0),
      season: seasons[grain],
      horizon: came.length,
    })),
  );
  const what = 'forecasts: our mean MASE against that of AutoETS';
  if (theirs === null) {
    console.log(`SKIPPED: ${what}. ${peerSetting} names no python that can import statsforecast.`);
    return table.row(what, null, '', { atMost: 1 });
  }
  const mases = trials.map(({ came, scale }, at) => {
    const points = came.map(({ start }, step) => {
      const value = theirs[at]?.[step] ?? 0;
      return { start, value, low80: value, high80: value, low95: value, high95: value };
    });
    return scoreForecast({ points, scale }, came)?.mase ?? 0;
  });
  const mean = mases.reduce((total, mase) => total + mase, 0) / mases.length;
  table.row('forecasts: mean MASE of AutoETS', mean, '');
  table.row(what, sum(trials, (one) => one.mase) / trials.length / mean, '', { atMost: 1 });
}

/** Months with a level, a trend, a season and noise of their own; the same ones in each run. */
function manyInputs(): readonly ForecastInput[] {
  let state = 7;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return Array.from({ length: manySeries }, (): ForecastInput => {
    const [level, trend, swing, noise] = [
      100 + 900 * random(),
      10 * random() - 3,
      0.4 * random(),
      0.4 * random(),
    ];
    const points = Array.from({ length: manyMonths }, (_, month) => {
      const season = 1 + swing * Math.sin((month * Math.PI) / 6);
      const value = (level + trend * month) * season * (1 + noise * (random() - 0.5));
      const start = `${2014 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}-01`;
      return { start, value };
    });
    return { grain: 'month', points, asOf, effort: 'quick' };
  });
}

async function speed(forecaster: Forecaster, table: Table): Promise<void> {
  const inputs = manyInputs();
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  const began = performance.now();
  const cpu = process.cpuUsage();
  let none = 0;
  for (let from = 0; from < inputs.length; from += 500) {
    const outcomes = await Promise.all(inputs.slice(from, from + 500).map((one) => forecaster.forecast(one)));
    none += outcomes.filter(({ outcome }) => outcome === 'none').length;
  }
  const seconds = (performance.now() - began) / 1_000;
  delays.disable();
  const { user, system } = process.cpuUsage(cpu);
  const what = `forecasts, quick: ${manySeries} series of ${manyMonths} months`;
  table.row(what, seconds, 's', { atMost: 60 });
  table.row('forecasts, quick: time of processors for that', (user + system) / 1e6, 's', { atMost: 120 });
  table.row('forecasts, quick: of them without a forecast', none, '', { atMost: 0 });
  table.row('event loop meanwhile: late by, 99 of 100', delays.percentile(99) / 1e6, 'ms', { atMost: 50 });
  table.row('event loop meanwhile: late by at most', delays.max / 1e6, 'ms');
}

/** Quality on real series from held-out origins, and speed, both through two threads. */
export async function benchForecasting(table: Table): Promise<void> {
  const forecaster = createForecaster({ threads: 2 });
  try {
    const trials = await quality(forecaster, table, 'full');
    await againstAutoEts(table, trials);
    await quality(forecaster, table, 'quick');
    await speed(forecaster, table);
  } finally {
    await forecaster.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const table = createTable();
  await benchForecasting(table);
  process.exitCode = table.missed().length > 0 ? 1 : 0;
}
