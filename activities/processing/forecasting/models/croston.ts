import type { Predict } from '../model.ts';

const weight = 0.1;

/**
 * Croston's method for demand that comes now and then, with the correction of Syntetos and Boylan (2005): the size
 * and the waiting time are smoothed apart, and the forecast is their ratio, a mean for each period.
 */
export const croston: Predict = (values, horizon) => {
  let size = 0;
  let wait = 0;
  let since = 0;
  for (const value of values) {
    since++;
    if (value === 0) continue;
    size = size === 0 ? value : size + weight * (value - size);
    wait = wait === 0 ? since : wait + weight * (since - wait);
    since = 0;
  }
  const rate = wait === 0 ? 0 : ((1 - weight / 2) * size) / wait;
  return new Array<number>(horizon).fill(rate);
};
