import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { RunningProgram } from '../program/run.ts';
import type { SourcePage } from '../source.ts';
import { unreadableRow } from '../unreadable.ts';
import { parseLine, type SingerMessage } from './messages.ts';
import type { ReadPlace } from './place.ts';
import { bookmarkOf } from './state.ts';
import { createVersions } from './versions.ts';

const pageRows = 1_000;
const pageChars = 1_000_000;
/** A tap that gives little is not kept waiting for a full page. */
const pageMs = 5_000;

/** One run of a tap that is to be read. */
export interface TapRun {
  readonly program: RunningProgram;
  /** What the stream is called: its id first. */
  readonly names: readonly string[];
  readonly place: ReadPlace;
  /** Whether the places that the tap names are kept. */
  readonly keepsPlace: boolean;
  /** Whether the read gives all rows, not only what changed. */
  readonly isWhole: boolean;
  readonly clean: (record: JsonObject) => JsonObject;
  readonly onSaid: (line: string) => void;
}

/**
 * Reads the messages of a tap as pages of the one stream. When reading ends early, whatever the reason, the rows before
 * it are given first.
 * @throws {TributaryError} SOURCE_PROGRAM_GARBAGE, SOURCE_PROGRAM_FAILED, SOURCE_PROGRAM_SILENT,
 * SOURCE_CONFIGURATION_REFUSED for rows in files
 */
export async function* readPages(run: TapRun): AsyncGenerator<SourcePage> {
  const { program, place } = run;
  let rows: JsonValue[] = [];
  let chars = 0;
  let openedAt = Date.now();
  const close = (): SourcePage => {
    const page = { rows, next: place.token(), ...place.bookmark() };
    rows = [];
    chars = 0;
    openedAt = Date.now();
    return page;
  };
  const messages = createMessages(run);
  try {
    for await (const line of program.lines) {
      const { row, moved } = messages.take(line);
      if (row !== undefined) {
        rows.push(row);
        chars += line.length;
      }
      if (rows.length === 0) continue;
      if (moved || rows.length >= pageRows || chars >= pageChars || Date.now() - openedAt >= pageMs)
        yield close();
    }
    await program.finished();
  } catch (error) {
    if (rows.length > 0) yield close();
    throw error;
  }
  yield { rows, next: null, ...place.bookmark(), ...messages.end() };
}

/** What is known of the messages so far. */
function createMessages({ program, names, place, keepsPlace, isWhole, clean, onSaid }: TapRun) {
  const [name = ''] = names;
  const versions = createVersions();
  const said = new Set<string>();
  let hasSchema = false;
  let count = 0;

  const once = (line: string): void => {
    if (said.size > 100 || said.has(line)) return;
    said.add(line);
    onSaid(line);
  };
  const isOurs = (stream: string): boolean => {
    if (names.includes(stream)) return true;
    once(
      `The tap gave rows of "${stream.slice(0, 100)}" though only "${name}" was selected; they are left out.`,
    );
    return false;
  };
  const unreadable = (why: string, text: string): JsonValue => {
    count += 1;
    return unreadableRow({ place: `line ${program.lineNumber()}`, why, text });
  };

  function rowOf({ stream, record, version }: SingerMessage & { type: 'RECORD' }, line: string) {
    if (!isOurs(stream)) return undefined;
    if (!hasSchema) throw program.garbage('is a row that comes before the SCHEMA of its stream', line);
    if (versions.standing(version) === 'old')
      return unreadable(`is of version ${version}, which the tap had replaced by a newer one`, line);
    count += 1;
    return clean(record);
  }

  function heed(
    message: SingerMessage,
    line: string,
  ): { readonly row?: JsonValue; readonly moved?: boolean } {
    switch (message.type) {
      case 'RECORD': {
        const row = rowOf(message, line);
        return row === undefined ? {} : { row };
      }
      case 'STATE':
        return { moved: keepsPlace && place.move(bookmarkOf(message.value, names)) };
      case 'SCHEMA':
        hasSchema ||= names.includes(message.stream);
        return {};
      case 'ACTIVATE_VERSION':
        if (names.includes(message.stream)) versions.activate(message.version);
        return {};
      case 'BATCH':
        throw new TributaryError(
          'SOURCE_CONFIGURATION_REFUSED',
          'The tap gives its rows in files (BATCH), which are not read. Take "batch_config" out of its configuration.',
        );
      case 'OTHER':
        once(`The tap gave a message of the unknown type "${message.name}"; it is passed over.`);
        return {};
    }
  }

  return {
    take(line: string): { readonly row?: JsonValue; readonly moved?: boolean } {
      const parsed = parseLine(line);
      if ('message' in parsed) return heed(parsed.message, line);
      if (!('unreadableRowOf' in parsed)) throw program.garbage(parsed.why, line);
      return isOurs(parsed.unreadableRowOf) ? { row: unreadable(parsed.why, line) } : {};
    },
    /** What the end of the read says. */
    end(): { readonly replaces?: true } {
      if (!hasSchema && count === 0) once(`The tap gave nothing of "${name}", not even its SCHEMA.`);
      if (keepsPlace && !place.isMoved())
        once(
          `The tap gave no place to go on from (STATE) for "${name}": the next read begins where this one did.`,
        );
      if (isWhole && versions.mixed())
        once(`The tap gave rows of several versions of "${name}": none is removed this time.`);
      return isWhole && versions.complete() ? { replaces: true } : {};
    },
  };
}
