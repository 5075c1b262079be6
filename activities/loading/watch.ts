import { TributaryError } from '../../domain/errors.ts';

/**
 * Aborts when no batch was stored for too long. A wait that the app asked for does not count.
 * Read `signal.reason` after the abort: a TributaryError NO_PROGRESS, or the reason of the outer signal.
 */
export function watchProgress(outer: AbortSignal, limitMs: number, lastProgressAt: number) {
  const controller = new AbortController();
  let timer: NodeJS.Timeout;
  let deadline = lastProgressAt + limitMs;
  const arm = () => {
    clearTimeout(timer);
    timer = setTimeout(
      () =>
        controller.abort(
          new TributaryError('NO_PROGRESS', `No batch was stored for ${Math.round(limitMs / 1000)} s.`),
        ),
      Math.max(0, deadline - Date.now()),
    );
  };
  arm();
  return {
    signal: AbortSignal.any([outer, controller.signal]),
    stored: () => {
      deadline = Date.now() + limitMs;
      arm();
    },
    waiting: (waitMs: number) => {
      deadline += waitMs;
      arm();
    },
    stop: () => clearTimeout(timer),
  };
}
