import { constants } from 'node:fs';
import { access, readFile, writeFile } from 'node:fs/promises';
import { basename, delimiter, join, resolve } from 'node:path';
import { secretValues } from '../../../connectors/configuration.ts';
import { parseDefinition } from '../../../connectors/definition.ts';
import { outputOf } from '../../../connectors/program/run.ts';
import { discoverSinger } from '../../../connectors/singer/discover.ts';
import { TributaryError } from '../../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { parseSettings } from '../../../platform/settings.ts';
import { readConfiguration } from '../connect/configuration.ts';
import { UsageError } from '../exit.ts';
import {
  type FoundStream,
  programDefinition,
  schemaByExample,
  slugOf,
  type WrittenStream,
} from './program-definition.ts';
import { schemaPathFrom } from './write-skeleton.ts';

/** What a definition is written from. */
export interface AddProgramOptions {
  /** A name of TRIBUTARY_SOURCE_PROGRAMS, one of the search path, or a path. */
  readonly executable: string;
  /** File with a configuration in JSON or YAML. */
  readonly config?: string | undefined;
  /** Of the app. @default the name of the program without tap- or source- */
  readonly id?: string | undefined;
  /** @default <id>.yaml */
  readonly file?: string | undefined;
  readonly force?: boolean | undefined;
  /** Silence after which the program is ended, in seconds. @default 600 */
  readonly quietSecs?: number | undefined;
  /** Told of what the program says to people. */
  readonly onSaid: (line: string) => void;
}

/** What was written. */
export interface AddedProgram {
  readonly file: string;
  readonly id: string;
  readonly streams: readonly WrittenStream[];
  /** What workers, API and this command line need in their environment; null where this one has it. */
  readonly setting: string | null;
}

/** What a program told of itself. */
export interface ToldByProgram {
  /** JSON Schema of the configuration; undefined where it tells none. */
  readonly configuration: JsonObject | undefined;
  readonly streams: readonly FoundStream[];
}

/** A program, and what it is run with. */
export interface AskedProgram {
  readonly command: readonly string[];
  readonly configuration: JsonObject | undefined;
  readonly signal: AbortSignal;
  readonly onSaid: (line: string) => void;
  /** Silence after which it is ended. @default 600,000 */
  readonly quietMs?: number;
}

const longestMs = 600_000;
/** It needs nothing for that but itself. */
const longestAboutMs = 60_000;

/** @throws {UsageError} when there is no such program */
async function findProgram(executable: string) {
  const named = process.env.TRIBUTARY_SOURCE_PROGRAMS;
  const { programs } = parseSettings(named === undefined ? {} : { TRIBUTARY_SOURCE_PROGRAMS: named }).sources;
  const known = Object.hasOwn(programs, executable) ? programs[executable] : undefined;
  if (known !== undefined) return { name: executable, command: known, setting: null };
  const candidates = /[/\\]/.test(executable)
    ? [resolve(executable)]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, executable));
  for (const path of candidates) {
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    const name = basename(path).replace(/\.\w+$/, '');
    if (runs) return { name, command: [path], setting: settingWith(named, name, path) };
  }
  throw new UsageError(
    `There is no program "${executable}": name one of TRIBUTARY_SOURCE_PROGRAMS, or give its path.`,
  );
}

/** The allow list as it is, with one program more. */
function settingWith(list = '', name: string, path: string): string {
  const others = list.split(',').filter((one) => one.trim() !== '' && one.split('=')[0]?.trim() !== name);
  return `TRIBUTARY_SOURCE_PROGRAMS=${[...others, `${name}=${path}`].join(',')}`;
}

async function configurationIn(file: string | undefined): Promise<JsonObject | undefined> {
  if (file === undefined) return undefined;
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read.`);
  });
  return readConfiguration(text);
}

/**
 * Asks a program for its streams and writes the definition. A file that is there is kept, unless `force`.
 * @param ask What the kind of program is asked, and how.
 * @throws {UsageError} when something is missing or the file is there; TributaryError SOURCE_PROGRAM_*
 */
export async function addProgram(
  kind: 'singer' | 'airbyte',
  options: AddProgramOptions,
  ask: (program: AskedProgram) => Promise<ToldByProgram>,
): Promise<AddedProgram> {
  const { name, command, setting } = await findProgram(options.executable);
  const id = options.id ?? (slugOf(name.replace(/^(tap|source)-/, '')) || 'source');
  const file = options.file ?? `${id}.yaml`;
  if (options.force !== true && (await isThere(file))) throw kept(file);
  const given = await configurationIn(options.config);
  const signal = AbortSignal.timeout(longestMs);
  const told = await ask({
    ...{ command, configuration: given, signal, onSaid: options.onSaid },
    ...(options.quietSecs === undefined ? {} : { quietMs: options.quietSecs * 1_000 }),
  });
  const configuration = told.configuration ?? (given === undefined ? undefined : schemaByExample(given));
  if (configuration === undefined)
    throw new UsageError(`${name} does not say what its configuration is: give an example with --config.`);
  if (told.streams.length === 0)
    throw new UsageError(`${name} has no streams with this configuration: there would be nothing to load.`);
  const schemaPath = schemaPathFrom(file);
  const written = programDefinition({
    ...{ id, kind, executable: name, configuration, schemaPath },
    streams: told.streams,
  });
  parseDefinition(written.text, basename(file));
  try {
    await writeFile(file, written.text, { flag: options.force === true ? 'w' : 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'EEXIST' ? kept(file) : new UsageError(`${file} cannot be written (${code}).`);
  }
  return { file, id, streams: written.streams, setting };
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
const kept = (file: string) =>
  new UsageError(`${file} is there already; it is left as it is. Write over it with --force.`);

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a tap says of itself, where it can: most that are written with the Singer SDK do. */
async function aboutTap({
  command,
  signal,
  quietMs = longestAboutMs,
}: AskedProgram): Promise<JsonObject | undefined> {
  try {
    const args = ['--about', '--format=json'];
    const text = await outputOf({ command, args, signal, quietMs: Math.min(quietMs, longestAboutMs) });
    const about = JSON.parse(text) as JsonValue;
    const settings = isObject(about) ? about.settings : undefined;
    return isObject(settings) && isObject(settings.properties) ? markSecrets(settings) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TributaryError) return undefined;
    throw error;
  }
}

/** The SDK writes `secret: true`; the format of definitions `writeOnly: true`. */
const markSecrets = (schema: JsonObject): JsonObject => ({
  ...schema,
  properties: Object.fromEntries(
    Object.entries(schema.properties as JsonObject).map(([name, one]) => [
      name,
      isObject(one) && one.secret === true ? { ...one, writeOnly: true } : one,
    ]),
  ),
});

/** Asks a Singer tap: what it says of itself, then its streams. @throws {TributaryError} SOURCE_PROGRAM_* */
export async function askTap(program: AskedProgram): Promise<ToldByProgram> {
  const { command, configuration = {}, signal, ...listening } = program;
  const schema = await aboutTap(program);
  const secrets = secretValues(schema ?? schemaByExample(configuration), configuration);
  const found = await discoverSinger(command, configuration, signal, { ...listening, secrets });
  return {
    configuration: schema,
    streams: found.map(({ id, schema: rows, key, replicationKey }) => ({
      ...{ id, schema: rows, key },
      cursor: replicationKey,
      incremental: replicationKey !== null,
    })),
  };
}
