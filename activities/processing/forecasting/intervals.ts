/** Half widths of both intervals, by step, on the scale of the model. */
export interface Widths {
  readonly of80: readonly number[];
  readonly of95: readonly number[];
}

/**
 * Intervals from the errors of the backtest (split conformal prediction): the error grows with the step by a profile
 * that never falls, and the quantiles of the errors in units of it are widened for the small number of origins.
 * @param errors By origin, then step; NaN where what came is not known
 */
export function widthsOf(errors: readonly (readonly number[])[], horizon: number): Widths {
  const profile = profileOf(errors, horizon);
  const ratios: number[] = [];
  for (const one of errors)
    one.forEach((error, step) => {
      const size = profile[step] ?? 0;
      if (!Number.isNaN(error) && size > 0) ratios.push(Math.abs(error) / size);
    });
  // Typed arrays sort numbers without a call for each comparison.
  const sorted = Float64Array.from(ratios).sort();
  const wider = wideningOf(errors.length);
  const width = (level: number) => {
    const ratio = quantile(sorted, level) * wider;
    return profile.map((size) => size * ratio);
  };
  return { of80: width(0.8), of95: width(0.95) };
}

/** Errors of one origin hang together, so the origins count and not the errors; as in Student's distribution. */
const wideningOf = (origins: number): number => 1 + 2.5 / Math.max(1, origins);

/** The value that this share of later ones stays below, by rank with the correction for a finite number. */
function quantile(sorted: Float64Array, level: number): number {
  const rank = Math.min(sorted.length, Math.ceil((sorted.length + 1) * level));
  return sorted[rank - 1] ?? 0;
}

/** Mean absolute error by step, made never to fall by pooling neighbours (isotonic regression). */
function profileOf(errors: readonly (readonly number[])[], horizon: number): readonly number[] {
  const pools: { mean: number; weight: number }[] = [];
  for (let step = 0; step < horizon; step++) {
    let sum = 0;
    let count = 0;
    for (const one of errors) {
      const error = one[step] ?? Number.NaN;
      if (Number.isNaN(error)) continue;
      sum += Math.abs(error);
      count++;
    }
    let pool = { mean: count === 0 ? (pools.at(-1)?.mean ?? 0) : sum / count, weight: 1 };
    for (let before = pools.at(-1); before !== undefined && before.mean > pool.mean; before = pools.at(-1)) {
      const weight = before.weight + pool.weight;
      pool = { mean: (before.mean * before.weight + pool.mean * pool.weight) / weight, weight };
      pools.pop();
    }
    pools.push(pool);
  }
  return pools.flatMap(({ mean, weight }) => new Array<number>(weight).fill(mean));
}
