/** Runs pieces of work of one name one after the other, in the order in which they were given. */
export function createQueue() {
  const tails = new Map<string, Promise<unknown>>();

  /** An aborted one fails at once and is passed over. */
  return <T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    const mine = (tails.get(name) ?? Promise.resolve()).then(() => {
      signal.throwIfAborted();
      return work();
    });
    const tail = mine
      .catch(() => undefined)
      .finally(() => {
        if (tails.get(name) === tail) tails.delete(name);
      });
    tails.set(name, tail);
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      mine.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    });
  };
}
