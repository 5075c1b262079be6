import type { Db } from 'mongodb';

/** Measured again after so long: clocks drift by some ms an hour. */
const goodForMs = 300_000;
const tries = 4;
/** Less than this is not worth a correction: times of the store are whole milliseconds and take a way. */
const toleranceMs = 5;

/**
 * The store's time in milliseconds since 1970, so that processes on machines whose clocks differ agree on what "now"
 * is. It runs by this process's monotonic clock between measurements, so a clock that is set does not matter.
 */
export function createStoreClock(db: Db): () => Promise<number> {
  let offsetMs = 0;
  let measuredAt = Number.NEGATIVE_INFINITY;
  let measuring: Promise<void> | undefined;

  const local = (): number => performance.timeOrigin + performance.now();

  const measure = async (): Promise<void> => {
    let best = { wayMs: Number.POSITIVE_INFINITY, offset: 0 };
    for (let attempt = 0; attempt < tries; attempt++) {
      const sent = local();
      // Its newer name, hello, is not known to the embedded store.
      const { localTime } = await db.command({ isMaster: 1 });
      const wayMs = local() - sent;
      if (wayMs < best.wayMs && localTime instanceof Date)
        best = { wayMs, offset: localTime.getTime() - (sent + wayMs / 2) };
    }
    // The one with the shortest way is the surest.
    if (Math.abs(best.offset - offsetMs) > toleranceMs + best.wayMs / 2) offsetMs = best.offset;
    measuredAt = local();
  };

  return async () => {
    if (local() - measuredAt > goodForMs) {
      measuring ??= measure().finally(() => {
        measuring = undefined;
      });
      await measuring;
    }
    return local() + offsetMs;
  };
}
