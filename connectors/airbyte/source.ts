import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { AppAddress } from '../app.ts';
import { configurationSchema } from '../configuration.ts';
import { programOf } from '../program/program-of.ts';
import { resourceToRead } from '../program/resource.ts';
import { runProgram } from '../program/run.ts';
import type { SourceOptions } from '../registry.ts';
import type { ConnectorDefinition, ResourceDefinition } from '../schema.ts';
import { createPlace } from '../singer/place.ts';
import type { ReadRequest, Source, SourcePage } from '../source.ts';
import { type AskedSource, type ConfiguredSource, checkOf, specOf, streamsOf } from './ask.ts';
import { configuredCatalog, fieldOf, keyOf, nameOf, ourName, streamOf, supports } from './catalog.ts';
import { knownStreamsOf } from './discovered.ts';
import { objectOr } from './messages.ts';
import { readPages } from './pages.ts';
import { createSaid } from './said.ts';
import { isStateText, stateFile } from './state.ts';

/** A source with the configuration of a connection, and the schema that says what of it is secret. */
interface Opened extends ConfiguredSource {
  readonly schema: JsonObject;
  readonly onSaid: (line: string) => void;
}

async function opened(definition: ConnectorDefinition, options: SourceOptions): Promise<Opened> {
  const { credentials, onSaid = () => undefined } = options;
  return {
    ...(await programOf(definition, options)),
    ...(credentials.keep === undefined ? {} : { keep: credentials.keep }),
    schema: configurationSchema(definition) ?? {},
    onSaid,
  };
}

/**
 * An Airbyte source. A read selects the one stream of those that the source has, and runs it from the last state that it
 * gave. Rows that come again are the same objects by their key.
 */
export function createAirbyteSource(
  definition: ConnectorDefinition,
  _app: AppAddress,
  options: SourceOptions,
): Source {
  return {
    async *read(request) {
      const resource = resourceToRead(definition, request.resource);
      const source = await opened(definition, options);
      const streams = await knownStreamsOf(source, request.signal);
      yield* readStream(resource, request, source, streamOf(streams, resource.stream ?? resource.id), () =>
        programOf(definition, options),
      );
    },
  };
}

/**
 * Tests the configuration of a connection as the source itself does.
 * @throws {TributaryError} SOURCE_CONFIGURATION_REFUSED in the source's words, SOURCE_PROGRAM_*
 */
export async function checkAirbyte(
  definition: ConnectorDefinition,
  _app: AppAddress,
  { signal, ...options }: SourceOptions & { readonly signal: AbortSignal },
): Promise<void> {
  await checkOf(await opened(definition, options), signal);
}

/** A stream that a source has. */
export interface DiscoveredStream {
  /** With its namespace where it has one (`public.orders`). */
  readonly id: string;
  /** JSON Schema of its rows. */
  readonly schema: JsonObject;
  /** Fields that name one object together, by name or JSON pointer; empty where the source names none. */
  readonly key: readonly string[];
  /** The field by which the source tells what changed; null where it names none. */
  readonly cursor: string | null;
  /** Whether the source can give only what changed. */
  readonly incremental: boolean;
}

/**
 * The JSON Schema of the configuration of a source, by its own words.
 * @param command Path and fixed arguments.
 * @throws {TributaryError} SOURCE_PROGRAM_*
 */
export async function specAirbyte(
  command: readonly string[],
  signal: AbortSignal,
  more: Partial<Pick<AskedSource, 'onSaid' | 'quietMs'>> = {},
): Promise<JsonObject> {
  return (await specOf({ command, quietMs, ...more }, signal)).configuration;
}

/**
 * The streams of a source, for who writes a definition.
 * @param command Path and fixed arguments.
 * @throws {TributaryError} SOURCE_CONFIGURATION_REFUSED, SOURCE_PROGRAM_*
 */
export async function discoverAirbyte(
  command: readonly string[],
  configuration: JsonObject,
  signal: AbortSignal,
  more: Partial<Pick<AskedSource, 'onSaid' | 'secrets' | 'quietMs'>> = {},
): Promise<readonly DiscoveredStream[]> {
  const streams = await streamsOf({ configuration, spec: { command, quietMs, ...more } }, signal);
  return streams.map((stream) => ({
    id: nameOf(stream),
    schema: objectOr(stream.json_schema),
    key: keyOf(stream),
    cursor: fieldOf(stream.default_cursor_field),
    incremental: supports(stream, 'incremental'),
  }));
}

const quietMs = 600_000;

async function* readStream(
  resource: ResourceDefinition,
  { since, from, signal }: ReadRequest,
  source: Opened,
  stream: JsonObject,
  again: () => Promise<ConfiguredSource>,
): AsyncGenerator<SourcePage> {
  const wanted = resource.incremental?.bookmark === true;
  const canKeep = supports(stream, 'incremental');
  const keepsPlace = wanted && canKeep;
  const mode = keepsPlace || !supports(stream, 'full_refresh') ? 'incremental' : 'full_refresh';
  const committed = keepsPlace && since !== undefined && isStateText(since) ? since : undefined;
  const place = createPlace(committed, from);
  // The discovery may have brought a new configuration.
  const { configuration } = source.keep === undefined ? source : await again();
  const secrets = [...(source.spec.secrets ?? [])];
  const said = createSaid(secrets, source.onSaid);
  said.hide(source.schema, configuration);
  if (wanted && !canKeep) said.once(`The source gives all rows of "${nameOf(stream)}" each time.`);
  const files = {
    'config.json': JSON.stringify(configuration),
    'catalog.json': configuredCatalog(stream, resource, mode),
    ...(place.start === undefined ? {} : { 'state.json': stateFile(place.start) }),
  };
  const program = await runProgram({
    ...source.spec,
    args: ['read', ...Object.keys(files).flatMap((file) => [`--${file.replace('.json', '')}`, `{${file}}`])],
    files,
    secrets,
    signal,
  });
  try {
    const pages = readPages({
      program,
      stream: ourName(stream),
      place,
      keepsPlace,
      resumes: mode === 'incremental' || stream.is_resumable === true,
      said,
      async keep(next) {
        said.hide(source.schema, next);
        await source.keep?.(next);
        return source.keep !== undefined;
      },
    });
    let isFirst = true;
    for await (const page of pages) {
      // Who goes on in the middle of a page passes over the rows of the first one that were stored. Another run may
      // cut its pages elsewhere, so the first one has none, and all rows come again.
      if (isFirst) yield { rows: [], next: place.first };
      isFirst = false;
      yield page;
    }
  } catch (error) {
    const isLast = error instanceof TributaryError && error.retryable && place.isLast();
    throw isLast ? new TributaryError('ATTEMPTS_EXHAUSTED', error.message, {}, { cause: error }) : error;
  } finally {
    await program.stop();
  }
}
