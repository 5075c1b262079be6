import { TributaryError } from '../../domain/errors.ts';
import { type Boxed, type ProgramEnd, startBoxed } from '../../platform/processes/boxed.ts';
import { hearWords } from '../../platform/processes/last-words.ts';
import { excerpt } from '../redact.ts';
import { createLineCutter, type LineFault } from './lines.ts';

/** A program to run as a source. */
export interface ProgramSpec {
  /** Its path and fixed arguments, from the allow list. */
  readonly command: readonly string[];
  /** More arguments; `{name}` becomes the path of the file of that name. */
  readonly args: readonly string[];
  /** Files that it reads, by name: their text. Only it may read them, and they are removed after it. */
  readonly files?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Silence after which it is ended, in milliseconds; time in which nobody reads does not count. */
  readonly quietMs: number;
  /** @default 16,777,216 */
  readonly maxLineBytes?: number;
  /** Values that must not be shown, wherever it says them. */
  readonly secrets?: readonly string[];
  /** Its output is one text rather than lines: it may end in the middle of a line. @default false */
  readonly isText?: boolean;
  /** Told of each line that it says to people (stderr), redacted. */
  readonly onSaid?: (line: string) => void;
}

/** A program that runs as a source. Whoever started it calls `stop` in the end, whatever happened. */
export interface RunningProgram {
  /**
   * Its output line by line, without empty ones. It waits while nobody reads. Ends once the program has ended.
   * @throws {TributaryError} SOURCE_PROGRAM_SILENT, SOURCE_PROGRAM_GARBAGE (a line too long, cut off, or no UTF-8), or
   * the reason of the signal
   */
  readonly lines: AsyncIterable<string>;
  /** Number of the line that was given last, from 1. */
  readonly lineNumber: () => number;
  /** What it ended with. */
  readonly ended: Promise<ProgramEnd>;
  /** Throws unless it ended well. To be asked after the last line. @throws {TributaryError} SOURCE_PROGRAM_FAILED */
  readonly finished: () => Promise<void>;
  /** SOURCE_PROGRAM_GARBAGE about the line that was given last: `why` completes "line 17 ...". */
  readonly garbage: (why: string, line: string) => TributaryError;
  /** A sentence, and the last words of the program where it said something. */
  readonly told: (sentence: string) => string;
  /** Ends it and all that it started: SIGTERM, SIGKILL after 5 s. Removes its folder. May be repeated. */
  readonly stop: () => Promise<void>;
}

const graceMs = 5_000;
/** Output that still comes though the program itself has ended is that of a child it left behind. */
const orphanMs = 2_000;
const longestLine = 16 * 1024 * 1024;

/**
 * Runs a program without a shell, with nothing of our environment, in a process group and a folder of its own.
 * @throws {TributaryError} SOURCE_PROGRAM_NOT_FOUND
 */
export async function runProgram(spec: ProgramSpec): Promise<RunningProgram> {
  const { command, args, files = {}, signal, secrets = [], onSaid } = spec;
  signal.throwIfAborted();
  let boxed: Boxed;
  try {
    boxed = await startBoxed({ command: [...command, ...args], files, label: 'source', graceMs });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EACCES' && code !== 'ENOEXEC') throw error;
    throw new TributaryError('SOURCE_PROGRAM_NOT_FOUND', `The program could not be started (${code}).`);
  }
  const words = hearWords(boxed.stderr, {
    safe: (line) => excerpt(line, secrets, 2_000),
    ...(onSaid === undefined ? {} : { onLine: onSaid }),
  });
  let given = 0;
  const garbage = ({ line, why, text }: LineFault): TributaryError =>
    new TributaryError(
      'SOURCE_PROGRAM_GARBAGE',
      words.told(`Line ${line} of the program's output ${why}: ${excerpt(text, secrets, 120)}`),
      { line },
    );

  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      signal.removeEventListener('abort', onAbort);
      if (boxed.child.exitCode === null && boxed.child.signalCode === null) {
        const gone = new Promise<void>((resolve) => boxed.child.once('exit', () => resolve()));
        boxed.signal('SIGTERM');
        const force = setTimeout(() => boxed.signal('SIGKILL'), graceMs);
        await gone;
        clearTimeout(force);
      }
      await boxed.remove();
    })();
    return stopped;
  };
  const onAbort = (): void => void stop().catch(() => undefined);
  signal.addEventListener('abort', onAbort, { once: true });

  async function* lines(): AsyncGenerator<string> {
    const cutter = createLineCutter(spec.maxLineBytes ?? longestLine);
    const waiting = createWaiting(boxed, spec.quietMs, signal, words);
    const pieces = (boxed.stdout as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    for (;;) {
      const { value: piece, done } = await waiting(pieces.next().catch(endOfOutput));
      if (done === true) break;
      const cut = cutter.add(piece);
      for (const line of cut.lines) {
        given += 1;
        if (line.trim() !== '') yield line;
      }
      if (cut.fault !== undefined) throw garbage(cut.fault);
    }
    const { code } = await waiting(boxed.ended);
    const rest = cutter.rest();
    if (rest === null) return;
    if (spec.isText === true || isJson(rest.text)) {
      given += 1;
      yield rest.text;
      // One that failed in the middle of a line failed; what it left half done is no fault of its own.
    } else if (code === 0) throw garbage(rest.fault);
  }

  return {
    lines: lines(),
    lineNumber: () => given,
    ended: boxed.ended,
    async finished() {
      const { code, how } = await boxed.ended;
      if (code === 0) return;
      throw new TributaryError('SOURCE_PROGRAM_FAILED', words.told(`The program ended ${how}.`), { code });
    },
    garbage: (why, line) => garbage({ line: given, why, text: line.slice(0, 200) }),
    told: words.told,
    stop,
  };
}

/** More output than this is no catalog. */
const longestText = 64 * 1024 * 1024;

/**
 * All that a program prints, as one text; it has ended then.
 * @throws {TributaryError} as `runProgram`, its lines and its end do
 */
export async function outputOf(spec: ProgramSpec): Promise<string> {
  const program = await runProgram({ ...spec, isText: true });
  try {
    const lines: string[] = [];
    let length = 0;
    for await (const line of program.lines) {
      length += line.length;
      if (length > longestText) throw program.garbage('is one of too many', line);
      lines.push(line);
    }
    await program.finished();
    return lines.join('\n');
  } finally {
    await program.stop();
  }
}

/** Waits for what the program should do, as long as it says anything and is wanted. */
function createWaiting(
  boxed: Boxed,
  quietMs: number,
  signal: AbortSignal,
  words: ReturnType<typeof hearWords>,
) {
  const { child } = boxed;
  return async <T>(what: Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    const since = Date.now();
    let timer: NodeJS.Timeout | undefined;
    let giveUp: (error: unknown) => void = () => undefined;
    const over = new Promise<never>((_, reject) => {
      giveUp = reject;
    });
    const silent = (): TributaryError =>
      new TributaryError(
        'SOURCE_PROGRAM_SILENT',
        words.told(`The program said nothing for ${quietMs / 1_000} s.`),
      );
    const look = (): void => {
      const isOver = child.exitCode !== null || child.signalCode !== null;
      const quiet = Date.now() - Math.max(since, words.heardAt());
      if (quiet >= quietMs) giveUp(silent());
      if (isOver && quiet >= orphanMs) boxed.signal('SIGKILL');
      // What still holds it open is out of our reach.
      if (isOver && quiet >= 2 * orphanMs) boxed.stdout.destroy();
      timer = setTimeout(look, Math.max(10, Math.min(quietMs - quiet, orphanMs / 2)));
    };
    const aborted = (): void => giveUp(signal.reason);
    timer = setTimeout(look, Math.min(quietMs, orphanMs / 2));
    signal.addEventListener('abort', aborted, { once: true });
    try {
      return await Promise.race([what, over]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
    }
  };
}

/** Output that was held open by a child out of our reach, and that we closed, has ended. */
function endOfOutput(error: NodeJS.ErrnoException): IteratorResult<Buffer> {
  if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  return { value: undefined, done: true };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
