import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { SourceProgram } from '../program/program-of.ts';
import { outputOf, type ProgramSpec } from '../program/run.ts';
import { type Catalog, namesOf, parseCatalog, replicationKeyOf, rootOf } from './catalog.ts';
import { isObject } from './messages.ts';

/** A stream that a tap has. */
export interface DiscoveredStream {
  /** Its id at the tap. */
  readonly id: string;
  /** JSON Schema of its rows. */
  readonly schema: JsonObject;
  /** Fields that name one object together; empty where the tap names none. */
  readonly key: readonly string[];
  /** The field by which the tap tells what changed; null where it gives all rows each time. */
  readonly replicationKey: string | null;
}

/**
 * What a tap finds with a configuration.
 * @throws {TributaryError} SOURCE_PROGRAM_*; SOURCE_PROGRAM_GARBAGE also when what it prints is no catalog
 */
export async function catalogOf(
  { configuration, spec }: SourceProgram,
  signal: AbortSignal,
): Promise<Catalog> {
  const text = await outputOf({
    ...spec,
    args: ['--config', '{config.json}', '--discover'],
    files: { 'config.json': JSON.stringify(configuration) },
    signal,
  });
  const catalog = parseCatalog(text);
  if (catalog !== undefined) return catalog;
  const what = text === '' ? 'nothing' : 'something that is no catalog';
  throw new TributaryError('SOURCE_PROGRAM_GARBAGE', `The tap printed ${what} when asked for its streams.`);
}

/**
 * The streams of a tap, for who writes a definition.
 * @param command Path and fixed arguments.
 * @throws {TributaryError} SOURCE_PROGRAM_*
 */
export async function discoverSinger(
  command: readonly string[],
  configuration: JsonObject,
  signal: AbortSignal,
  more: Partial<Pick<ProgramSpec, 'onSaid' | 'secrets' | 'quietMs'>> = {},
): Promise<readonly DiscoveredStream[]> {
  const { streams } = await catalogOf(
    { configuration, spec: { command, quietMs: 600_000, ...more } },
    signal,
  );
  return streams.map((stream) => {
    const root = rootOf(stream);
    const method =
      root['forced-replication-method'] ?? root['replication-method'] ?? stream.replication_method;
    return {
      id: namesOf(stream)[0] ?? '',
      schema: isObject(stream.schema) ? stream.schema : {},
      key:
        [stream.key_properties, root['table-key-properties'], root['view-key-properties']]
          .map(textsOf)
          .find((fields) => fields.length > 0) ?? [],
      replicationKey: method === 'FULL_TABLE' ? null : (replicationKeyOf(stream) ?? null),
    };
  });
}

const textsOf = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
