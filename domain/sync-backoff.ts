/** Runs that pass, at most, before a rejected row is tried again. */
const longestPause = 8;

/**
 * Number of the first run that tries a rejected row again: the next one, then every second, fourth, eighth.
 * @param run number of the run in which it was rejected
 * @param attempts rejections in a row, this one included
 */
export const nextTry = (run: number, attempts: number): number =>
  run + Math.min(longestPause, 2 ** Math.max(0, attempts - 1));
