/** The service says every 30 minutes that it lives (document 003). */
export const heartbeatMs = 30 * 60_000;
/** After so long without a word it counts as not alive. */
export const aliveMs = 35 * 60_000;

/** `Alive` of the row of Overview: 1, and 0 when its Timestamp is too old or missing. */
export const aliveOf = (timestamp: Date | null, now: Date): 0 | 1 =>
  timestamp !== null && now.getTime() - timestamp.getTime() <= aliveMs ? 1 : 0;
