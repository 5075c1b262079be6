import { Worker } from 'node:worker_threads';
import { type ForecastInput, type ForecastOutcome, noForecast } from '../../../domain/forecast.ts';
import type { ForecastAnswer, ForecastJob } from './serve.ts';

export interface ForecasterOptions {
  /** Threads, each about 60 MB. @default 1 */
  readonly threads?: number;
  /** One series may take so long, the start of the thread with it. Milliseconds. @default 30000 */
  readonly limitMs?: number;
  /** What a thread runs. @default thread.ts of this folder */
  readonly entry?: URL;
}

/** Forecasts in threads of their own, so that the event loop of this one stays free. */
export interface Forecaster {
  /**
   * Waits for its turn, in the order of the calls. What goes wrong with a series is in its outcome.
   * @throws the signal's reason when it is aborted: nobody waits for the result then, and the thread is freed
   */
  forecast(input: ForecastInput, signal?: AbortSignal): Promise<ForecastOutcome>;
  /** Ends the threads; what still waits is rejected. */
  stop(): Promise<void>;
}

interface Waiting {
  readonly job: ForecastJob;
  readonly settle: (outcome: ForecastOutcome) => void;
  readonly fail: (reason: unknown) => void;
}

interface Slot {
  worker: Worker | null;
  running: Waiting | null;
  timer: NodeJS.Timeout | null;
}

/** More than this for one series is a fault of ours; the thread ends, the process does not. */
const threadMemoryMb = 256;
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** Makes a pool of threads; each starts with its first job and is replaced when it breaks down. */
export function createForecaster({
  threads = 1,
  limitMs = 30_000,
  entry = new URL(`./thread.${extension}`, import.meta.url),
}: ForecasterOptions = {}): Forecaster {
  const queue = new Set<Waiting>();
  const slots = Array.from({ length: threads }, (): Slot => ({ worker: null, running: null, timer: null }));
  let nextId = 1;
  let stopped = false;

  function start(slot: Slot): Worker {
    const worker = new Worker(new URL('./thread.mjs', import.meta.url), {
      execArgv: [],
      workerData: { entry: entry.href },
      resourceLimits: { maxOldGenerationSizeMb: threadMemoryMb },
    });
    worker.on('message', ({ id, outcome, broken }: ForecastAnswer) => {
      const waiting = slot.running;
      if (waiting?.job.id !== id) return;
      release(slot, broken);
      waiting.settle(outcome);
      next();
    });
    const gone = (why: string) => {
      if (slot.worker !== worker) return;
      const waiting = slot.running;
      release(slot, true);
      waiting?.settle(noForecast('WORKER_FAILED', `The thread that forecast it ended: ${why}.`));
      next();
    };
    worker.on('error', (error) => gone(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => gone(`code ${code}`));
    return worker;
  }

  /** Makes a slot free, with a new thread for its next job if the present one cannot be used any more. */
  function release(slot: Slot, replace: boolean): void {
    if (slot.timer !== null) clearTimeout(slot.timer);
    slot.timer = null;
    slot.running = null;
    if (replace) {
      void slot.worker?.terminate();
      slot.worker = null;
    }
    // An idle thread keeps no process alive.
    slot.worker?.unref();
  }

  function next(): void {
    for (const slot of slots) {
      const [waiting] = queue;
      if (waiting === undefined || stopped) return;
      if (slot.running !== null) continue;
      queue.delete(waiting);
      slot.running = waiting;
      slot.worker ??= start(slot);
      slot.worker.ref();
      slot.timer = setTimeout(() => {
        release(slot, true);
        waiting.settle(noForecast('TOO_SLOW', `The forecast took longer than ${limitMs / 1_000} s.`));
        next();
      }, limitMs);
      slot.worker.postMessage(waiting.job);
    }
  }

  function drop(waiting: Waiting, reason: unknown): void {
    const slot = slots.find(({ running }) => running === waiting);
    if (slot !== undefined) release(slot, true);
    queue.delete(waiting);
    waiting.fail(reason);
    next();
  }

  return {
    forecast: (input, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        if (stopped) return reject(new Error('The forecaster was stopped.'));
        const abort = () => drop(waiting, signal?.reason);
        const done = () => signal?.removeEventListener('abort', abort);
        const waiting: Waiting = {
          job: { id: nextId++, input },
          settle: (outcome) => {
            done();
            resolve(outcome);
          },
          fail: (reason) => {
            done();
            reject(reason);
          },
        };
        signal?.addEventListener('abort', abort, { once: true });
        queue.add(waiting);
        next();
      }),
    stop: async () => {
      stopped = true;
      const workers = slots.flatMap(({ worker }) => worker ?? []);
      const open = [...queue, ...slots.flatMap(({ running }) => running ?? [])];
      queue.clear();
      for (const slot of slots) {
        release(slot, false);
        slot.worker = null;
      }
      for (const waiting of open) waiting.fail(new Error('The forecaster was stopped.'));
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
