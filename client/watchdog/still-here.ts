import type { Logger } from 'pino';
import type { Egress } from '../../platform/egress.ts';

const minuteMs = 60_000;
const timeoutMs = 10_000;

/** What tells somebody outside that the watchdog lives and everything is well. */
export interface StillHereOptions {
  /** Asked by GET; a service there raises the alarm when it stays silent. */
  readonly url: string;
  readonly egress: Pick<Egress, 'fetch'>;
  readonly log: Logger;
  readonly now?: () => number;
}

/**
 * A watchdog for the watchdog. Call it whenever everything is well: at most once a minute it asks the address. That it
 * fails is only logged, without the address: its path is a secret.
 */
export function createStillHere({ url, egress, log, now = Date.now }: StillHereOptions): () => void {
  let next = 0;
  return () => {
    if (now() < next) return;
    // Rounds come a little early at times.
    next = now() + minuteMs - 1_000;
    void (async () => {
      try {
        const response = await egress.fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
        await response.body?.cancel();
        if (!response.ok) throw new Error(`it answers ${response.status}`);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        log.warn({ host: new URL(url).host }, `nobody could be told that the watchdog lives: ${why}`);
      }
    })();
  };
}
