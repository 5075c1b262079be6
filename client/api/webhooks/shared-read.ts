/**
 * Reads by key; who asks while a read of the same key is under way gets its answer too. What they are told is as old as
 * that read at most, a few milliseconds.
 */
export function createSharedRead<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  return (key) => {
    const known = running.get(key);
    if (known !== undefined) return known;
    const fresh = read(key).finally(() => running.delete(key));
    running.set(key, fresh);
    return fresh;
  };
}
