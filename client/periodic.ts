import type { Logger } from 'pino';

/** Work that a process does every now and then. */
export interface Periodic {
  /** Begins with a round at once. */
  start(): void;
  /** Ends after the round that runs. */
  stop(): Promise<void>;
  /** One round; a failure is logged and tried again with the next one. */
  round(): Promise<void>;
}

/** What a periodic job is made of. */
export interface PeriodicOptions {
  readonly log: Logger;
  /** Between two rounds. */
  readonly intervalMs: number;
  readonly work: () => Promise<void>;
  /** Logged when a round fails. */
  readonly failure: string;
}

/** Does `work` at once and then in intervals, never twice at the same time in this process. */
export function createPeriodic({ log, intervalMs, work, failure }: PeriodicOptions): Periodic {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  async function round(): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.warn({ err: error }, failure);
    }
  }
  function begin(): void {
    running ??= round().finally(() => {
      running = undefined;
    });
  }
  return {
    start() {
      timer ??= setInterval(begin, intervalMs);
      begin();
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      await running;
    },
    round,
  };
}
