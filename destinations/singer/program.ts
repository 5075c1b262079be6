import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { type Boxed, startBoxed } from '../../platform/processes/boxed.ts';
import { hearWords } from '../../platform/processes/last-words.ts';
import { unlessAborted } from '../abort.ts';

export interface ProgramOptions {
  /** Path and fixed arguments. */
  readonly command: readonly string[];
  readonly configuration: JsonObject;
  readonly quietMs: number;
  readonly onLine: (line: string) => void;
}

/** A target that runs. */
export type Program = Awaited<ReturnType<typeof startProgram>>;

/**
 * Starts a Singer target without a shell, in a process group and a folder of its own.
 * @throws {TributaryError} DESTINATION_UNREACHABLE
 */
export async function startProgram({ command, configuration, quietMs, onLine }: ProgramOptions) {
  try {
    const boxed = await startBoxed({
      command: [...command, '--config', '{config.json}'],
      files: { 'config.json': JSON.stringify(configuration) },
      label: 'target',
      input: true,
      graceMs: 1_000,
    });
    return running(boxed, quietMs, onLine);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw unreachable(`The target could not be started (${code ?? 'unknown'}).`);
  }
}

function running(boxed: Boxed, quietMs: number, onLine: (line: string) => void) {
  const { child, work, ended } = boxed;
  const stdin = boxed.stdin as Writable;
  const { told, heardAt: saidAt } = hearWords(boxed.stderr);
  let heardAt = Date.now();
  createInterface({ input: boxed.stdout }).on('line', (line) => {
    heardAt = Date.now();
    if (line.trim() !== '') onLine(line);
  });

  /** Waits for what the target should do; one that stays silent, or is no longer wanted, is ended. */
  const expecting = async <T>(what: Promise<T>, signal: AbortSignal): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    heardAt = Date.now();
    const silence = new Promise<never>((_, reject) => {
      const look = (): void => {
        const left = Math.max(heardAt, saidAt()) + quietMs - Date.now();
        if (left > 0) timer = setTimeout(look, left);
        else reject(unreachable(told(`The target said nothing for ${quietMs / 1_000} s.`)));
      };
      look();
    });
    try {
      return await unlessAborted(Promise.race([what, silence]), signal);
    } catch (error) {
      boxed.signal('SIGKILL');
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    ended,
    /** Writes a part of its input and waits until it takes more. @throws {TributaryError} DESTINATION_UNREACHABLE */
    async send(text: string, signal: AbortSignal): Promise<void> {
      const gone = ended.then(({ how }) => {
        throw unreachable(told(`The target ended ${how} before it had all rows.`));
      });
      gone.catch(() => undefined);
      if (child.exitCode !== null || child.signalCode !== null || stdin.destroyed)
        return expecting(gone, signal);
      if (!stdin.write(text)) await expecting(Promise.race([once(stdin, 'drain'), gone]), signal);
    },
    /** Ends its input and waits for its end. @throws {TributaryError} DESTINATION_UNREACHABLE */
    async finish(signal: AbortSignal): Promise<void> {
      stdin.end();
      const { code, how } = await expecting(ended, signal);
      if (code !== 0) throw unreachable(told(`The target ended ${how}.`));
    },
    told,
    /** Files that it left where it worked: many targets write there when they are not told where to. */
    async left(): Promise<readonly string[]> {
      const entries = await readdir(work, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
    },
    /** Ends the target and all that it started. May be repeated. */
    stop: () => boxed.remove(),
  };
}

const unreachable = (message: string): TributaryError =>
  new TributaryError('DESTINATION_UNREACHABLE', message);
