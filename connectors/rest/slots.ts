/** Places that are taken and freed again, in the order in which they were asked for. */
export interface Slots {
  /** Waits until one is free. @throws the signal's reason when it is aborted. */
  readonly take: (signal: AbortSignal) => Promise<void>;
  readonly free: () => void;
  /** Sets how many may be taken at a time. */
  readonly limit: (most: number) => void;
  /** Whether none is taken. */
  readonly idle: () => boolean;
}

/** Makes slots without a limit. */
export function createSlots(): Slots {
  const waiting = new Set<() => void>();
  let most = Number.POSITIVE_INFINITY;
  let taken = 0;
  const admit = () => {
    for (const go of waiting) {
      if (taken >= most) return;
      waiting.delete(go);
      taken += 1;
      go();
    }
  };
  return {
    take: (signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const stop = () => {
          waiting.delete(go);
          reject(signal.reason);
        };
        const go = () => {
          signal.removeEventListener('abort', stop);
          resolve();
        };
        signal.addEventListener('abort', stop);
        waiting.add(go);
        admit();
      }),
    free() {
      taken -= 1;
      admit();
    },
    limit(now) {
      most = now;
      admit();
    },
    idle: () => taken === 0 && waiting.size === 0,
  };
}
