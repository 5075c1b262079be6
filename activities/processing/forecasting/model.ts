import type { ForecastModel } from '../../../domain/forecast.ts';

/** Forecasts the next values. Gives NaN, or throws, where it cannot; then the model is left out. */
export type Predict = (values: readonly number[], horizon: number) => readonly number[];

/** On which scale a model works, and its errors are alike over time. */
export interface Scale {
  to(value: number): number;
  from(value: number): number;
}

export const plain: Scale = { to: (value) => value, from: (value) => value };
/** For values above 0 only. */
export const logarithm: Scale = { to: Math.log, from: Math.exp };

/** A model as the backtest tries it. `predict` takes and gives values of its scale. */
export interface Candidate {
  readonly model: ForecastModel;
  readonly scale: Scale;
  readonly predict: Predict;
}

/** The MSTL model of augurs, with its one season. @throws where it finds no fit */
export type Mstl = (values: readonly number[], season: number, horizon: number) => readonly number[];

/** The wasm module broke down and must not be used again. */
export class ModelPanic extends Error {
  constructor(cause: unknown) {
    super('The MSTL model broke down.', { cause });
    this.name = 'ModelPanic';
  }
}
