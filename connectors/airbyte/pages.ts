import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { RunningProgram } from '../program/run.ts';
import type { ReadPlace } from '../singer/place.ts';
import type { SourcePage } from '../source.ts';
import { unreadableRow } from '../unreadable.ts';
import { type AirbyteMessage, isSame, parseLine, type StreamName } from './messages.ts';
import type { Said } from './said.ts';
import { isEndMark, isPlace, rowsTold, speaksOf } from './state.ts';

const pageRows = 1_000;
const pageChars = 1_000_000;
/** A source that gives little is not kept waiting for a full page. */
const pageMs = 5_000;

/** One run of a source that is to be read. */
export interface SourceRun {
  readonly program: RunningProgram;
  readonly stream: StreamName;
  readonly place: ReadPlace;
  /** Whether the places that the source names are where a later session begins. */
  readonly keepsPlace: boolean;
  /** Whether they are where this read goes on after a failure. */
  readonly resumes: boolean;
  readonly said: Said;
  /** Stores a configuration that takes the place of the one that the source was given; false: nobody can. */
  readonly keep: (configuration: JsonObject) => Promise<boolean>;
}

/**
 * Reads the messages of a source as pages of the one stream. When reading ends early, whatever the reason, the rows
 * before it are given first.
 * @throws {TributaryError} SOURCE_PROGRAM_GARBAGE, SOURCE_PROGRAM_FAILED, SOURCE_PROGRAM_SILENT,
 * SOURCE_CONFIGURATION_REFUSED
 */
export async function* readPages(run: SourceRun): AsyncGenerator<SourcePage> {
  const { program, place, keepsPlace } = run;
  let rows: JsonValue[] = [];
  let chars = 0;
  let openedAt = Date.now();
  const bookmark = () => (keepsPlace ? place.bookmark() : {});
  const close = (): SourcePage => {
    const page = { rows, next: place.token(), ...bookmark() };
    rows = [];
    chars = 0;
    openedAt = Date.now();
    return page;
  };
  const messages = createMessages(run);
  try {
    for await (const line of program.lines) {
      const { row, moved } = await messages.take(line);
      if (row !== undefined) {
        rows.push(row);
        chars += line.length;
      }
      // A place without rows before it is one too: the source may have looked for long.
      if (moved === true || rows.length >= pageRows || chars >= pageChars) yield close();
      else if (rows.length > 0 && Date.now() - openedAt >= pageMs) yield close();
    }
    await messages.end();
  } catch (error) {
    if (rows.length > 0) yield close();
    throw error;
  }
  yield { rows, next: null, ...bookmark() };
}

interface Taken {
  readonly row?: JsonValue;
  /** Whether a new place was named. */
  readonly moved?: boolean;
}

/** What is known of the messages so far. */
function createMessages({ program, stream, place, keepsPlace, resumes, said, keep }: SourceRun) {
  let count = 0;
  /** Rows since the last state. */
  let sinceState = 0;
  /** What the source says of the stream: how far it is. */
  let status: string | null = null;

  const given = (row: JsonValue): Taken => {
    count += 1;
    sinceState += 1;
    return { row };
  };

  function takeRecord({ stream: told, data, isChanged }: AirbyteMessage & { type: 'RECORD' }): Taken {
    if (!isSame(told, stream)) {
      said.once(
        `The source gave rows of "${told.name.slice(0, 100)}" though only "${stream.name}" was selected; they are left out.`,
      );
      return {};
    }
    if (isChanged)
      said.once(`The source left something out of rows of "${stream.name}" before it gave them.`);
    return given(data);
  }

  function takeState({ state, text }: AirbyteMessage & { type: 'STATE' }): Taken {
    if (!speaksOf(state, stream)) {
      said.once(`The source gave a state that is not of "${stream.name}"; it is passed over.`);
      return {};
    }
    const told = rowsTold(state);
    // Nothing after a state may be taken for done while rows before it are missing.
    if (told !== null && told !== sinceState)
      throw new TributaryError(
        'SOURCE_PROGRAM_FAILED',
        `The source says that it gave ${told} rows before line ${program.lineNumber()}, but ${sinceState} came.`,
        { told, came: sinceState },
      );
    sinceState = 0;
    if (!resumes || !isPlace(state) || (keepsPlace && isEndMark(state))) return {};
    return { moved: place.move(text) };
  }

  async function heed(message: AirbyteMessage): Promise<Taken> {
    switch (message.type) {
      case 'RECORD':
        return takeRecord(message);
      case 'STATE':
        return takeState(message);
      case 'LOG':
        said.log(message.level, message.message);
        return {};
      case 'ERROR':
        said.error(message.error);
        return {};
      case 'STREAM_STATUS':
        if (isSame(message.stream, stream)) status = message.status;
        return {};
      case 'CONTROL':
        if (!(await keep(message.configuration)))
          said.once(
            'The source gave a new configuration, which could not be kept: it may refuse the old one.',
          );
        return {};
      default:
        return {};
    }
  }

  return {
    async take(line: string): Promise<Taken> {
      const parsed = parseLine(line);
      if ('message' in parsed) return heed(parsed.message);
      if ('fault' in parsed) throw program.garbage(parsed.fault, line);
      if ('lostRow' in parsed) {
        const place = `line ${program.lineNumber()}`;
        return given(unreadableRow({ place, why: parsed.lostRow, text: line }));
      }
      said.line(parsed.said);
      return {};
    },
    /** Throws unless the source gave all. */
    async end(): Promise<void> {
      const failure = said.failure();
      if (failure !== null) throw failure;
      await program.finished();
      // Sources of before stream statuses say nothing of it.
      if (status !== null && status !== 'COMPLETE')
        throw new TributaryError(
          'SOURCE_PROGRAM_FAILED',
          program.told(
            `The source did not give all of "${stream.name}": it ended with the stream ${status}, not COMPLETE.`,
          ),
          { status },
        );
      if (keepsPlace && !place.isMoved())
        said.once(
          `The source gave no place to go on from (STATE) for "${stream.name}": the next read begins where this one did.`,
        );
      if (count === 0) said.once(`The source gave no row of "${stream.name}".`);
    },
  };
}
