import { setTimeout as delay } from 'node:timers/promises';
import { TributaryError } from '../../domain/errors.ts';
import { type Child, type ChildSpec, startChild } from './child.ts';

/** How a supervisor behaves. */
export interface SupervisorOptions {
  /** Told in one line what happened to a child. */
  readonly say: (line: string) => void;
  /** Wait before the first restart, doubled with each death up to 30 s; 1,000 if left out. */
  readonly firstBackoffMs?: number;
}

/** Keeps children running. */
export interface Supervisor {
  /** Starts a child and restarts it whenever it dies. @throws if it cannot be started the first time. */
  start(spec: ChildSpec): Promise<Child>;
  /** Every child that it keeps running. */
  children(): readonly Child[];
  /** Stops every child, the youngest first. */
  stop(): Promise<void>;
  /** Fulfilled when all has ended: with nothing after `stop`, with the reason when it gave up. */
  readonly ended: Promise<Error | undefined>;
}

const longestBackoffMs = 30_000;
const deathsAllowed = 4;
const deathWindowMs = 60_000;
/** What a program ends by when it was asked to, as `service restart` does: that is no fault of it. */
const asked: ReadonlySet<string> = new Set(['code 0', 'code 143', 'signal SIGTERM']);

/**
 * Makes a supervisor: a dead child is restarted after 1 to 30 s; the fifth death within a minute stops everything.
 * @example
 * const supervisor = createSupervisor({ say: console.log });
 * await supervisor.start({ name: 'worker', command: process.execPath, args: ['dist/workers/main.js'] });
 * const fault = await supervisor.ended;
 */
export function createSupervisor({ say, firstBackoffMs = 1000 }: SupervisorOptions): Supervisor {
  const stopping = new AbortController();
  const children: Child[] = [];
  let stopped: Promise<void> | undefined;
  let end: (fault: Error | undefined) => void = () => undefined;
  const ended = new Promise<Error | undefined>((resolve) => {
    end = resolve;
  });

  const stop = (fault?: Error): Promise<void> => {
    stopped ??= (async () => {
      stopping.abort();
      for (const child of children.toReversed()) await child.stop();
      end(fault);
    })();
    return stopped;
  };

  const start = async (spec: ChildSpec): Promise<Child> => {
    let current = await startChild(spec);
    const leaving = new AbortController();
    const over = AbortSignal.any([stopping.signal, leaving.signal]);
    const lines = (): readonly string[] => current.lastLines();

    const giveUp = (how: string): void => {
      const last = lines().map((line) => `  ${line}`);
      const where = spec.logFile ? ` (${spec.logFile})` : '';
      const message = `${spec.name} died five times within a minute, the last time by ${how}. Its last lines${where}:`;
      void stop(new TributaryError('UNKNOWN_ERROR', [message, ...last].join('\n')));
    };

    const keepAlive = async (): Promise<void> => {
      let deaths: number[] = [];
      for (;;) {
        const how = await current.exited;
        if (over.aborted) return;
        const recent = deaths.filter((at) => at > Date.now() - deathWindowMs);
        deaths = asked.has(how) ? recent : [...recent, Date.now()];
        if (deaths.length > deathsAllowed) return giveUp(how);
        const waitMs = Math.min(firstBackoffMs * 2 ** Math.max(0, deaths.length - 1), longestBackoffMs);
        say(`${spec.name} ended by ${how}; starting it again in ${(waitMs / 1000).toFixed(1)} s`);
        const goOn = await delay(waitMs, true, { signal: over }).catch(() => false);
        if (!goOn) return;
        try {
          current = await startChild(spec);
        } catch (error) {
          return giveUp((error as Error).message);
        }
        if (over.aborted) return current.stop();
        say(`${spec.name} runs again (process ${current.pid})`);
      }
    };
    const kept = keepAlive();

    const supervised: Child = {
      name: spec.name,
      restarts: true,
      get pid() {
        return current.pid;
      },
      get exited() {
        return current.exited;
      },
      lastLines: lines,
      stop: async () => {
        leaving.abort();
        await current.stop();
        await kept;
      },
    };
    children.push(supervised);
    return supervised;
  };

  return { start, children: () => children, stop: () => stop(), ended };
}
