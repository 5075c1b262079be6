import type { MessagePort } from 'node:worker_threads';
import { type ForecastInput, type ForecastOutcome, noForecast } from '../../../domain/forecast.ts';
import { forecastSeries } from './forecast-series.ts';
import { ModelPanic, type Mstl } from './model.ts';

/** What a thread is sent, one at a time. */
export interface ForecastJob {
  readonly id: number;
  readonly input: ForecastInput;
}

/** What it answers. */
export interface ForecastAnswer {
  readonly id: number;
  readonly outcome: ForecastOutcome;
  /** The wasm module broke down: the thread must be replaced. */
  readonly broken: boolean;
}

/** Answers forecasts on a port. @param load Loads the MSTL model, once, when it is first needed. */
export function serveForecasts(port: MessagePort, load: () => Mstl): void {
  let mstl: Mstl | null = null;
  port.on('message', ({ id, input }: ForecastJob) => {
    const answer = answerOf(input, () => {
      mstl ??= load();
      return mstl;
    });
    port.postMessage({ id, ...answer } satisfies ForecastAnswer);
  });
}

function answerOf(input: ForecastInput, mstl: () => Mstl): Omit<ForecastAnswer, 'id'> {
  try {
    return { outcome: forecastSeries(input, input.effort === 'quick' ? null : mstl()), broken: false };
  } catch (error) {
    if (!(error instanceof ModelPanic)) return { outcome: failed(error), broken: false };
    return { outcome: withoutMstl(input), broken: true };
  }
}

/** The other models are no wasm, and go on. */
function withoutMstl(input: ForecastInput): ForecastOutcome {
  try {
    const outcome = forecastSeries(input, null);
    if (outcome.outcome === 'none') return outcome;
    const note = 'The MSTL models broke down on this series and were left out.';
    return { ...outcome, notes: [...outcome.notes, note] };
  } catch (error) {
    return failed(error);
  }
}

const failed = (error: unknown): ForecastOutcome =>
  noForecast(
    'WORKER_FAILED',
    `The forecast failed: ${error instanceof Error ? error.message : String(error)}`,
  );
