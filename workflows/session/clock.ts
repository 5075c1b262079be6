/**
 * Time that stands still while the session is held: deadlines in it need no adjustment by a pause.
 * Reads the workflow's own deterministic time.
 */
export interface ActiveClock {
  /** Milliseconds since the epoch, less the time held so far. */
  readonly now: () => number;
  readonly stop: () => void;
  readonly go: () => void;
  /** The wall time at which an active deadline falls if nothing is held any more, ISO 8601. */
  readonly wallTime: (deadline: number) => string;
}

export function createActiveClock(): ActiveClock {
  let heldMs = 0;
  let stoppedAt: number | null = null;
  const held = () => heldMs + (stoppedAt === null ? 0 : Date.now() - stoppedAt);
  const now = () => Date.now() - held();
  return {
    now,
    stop: () => {
      stoppedAt ??= Date.now();
    },
    go: () => {
      heldMs = held();
      stoppedAt = null;
    },
    wallTime: (deadline) => new Date(Date.now() + deadline - now()).toISOString(),
  };
}
