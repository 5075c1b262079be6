/** How often somebody asked within a sliding second, and whether that was too often. */
export function createRate(perSecond: number, lockOutMs: number) {
  const asked = new Map<string, { times: number[]; lockedUntil: number }>();
  /** Whether a request of this base or token may pass; the one too many locks out all for a while. */
  return (who: string): boolean => {
    const now = performance.now();
    const entry = asked.get(who) ?? { times: [], lockedUntil: 0 };
    asked.set(who, entry);
    if (now < entry.lockedUntil) return false;
    entry.times = entry.times.filter((time) => now - time < 1_000);
    if (entry.times.length >= perSecond) {
      entry.lockedUntil = now + lockOutMs;
      return false;
    }
    entry.times.push(now);
    return true;
  };
}
