import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { AppAddress } from '../app.ts';
import { programOf, type SourceProgram } from '../program/program-of.ts';
import { resourceToRead } from '../program/resource.ts';
import { runProgram } from '../program/run.ts';
import type { SourceOptions } from '../registry.ts';
import type { ConnectorDefinition, ResourceDefinition } from '../schema.ts';
import type { ReadRequest, Source, SourcePage } from '../source.ts';
import { type Catalog, namesOf, select, streamOf } from './catalog.ts';
import { catalogOf } from './discover.ts';
import { readPages } from './pages.ts';
import { createPlace } from './place.ts';
import { createRowCleaner } from './rows.ts';

/** The name of a resource at its tap. */
const streamName = ({ id, stream }: ResourceDefinition): string => stream ?? id;

/**
 * A Singer tap as a source. Each read discovers, selects the one stream, and runs the tap from the last place that it
 * named. Rows that come again are the same objects by their key.
 */
export function createSingerSource(
  definition: ConnectorDefinition,
  _app: AppAddress,
  options: SourceOptions,
): Source {
  return {
    async *read(request) {
      const resource = resourceToRead(definition, request.resource);
      const program = await programOf(definition, options);
      const catalog = await catalogOf(program, request.signal);
      yield* readStream(resource, request, program, catalog, options.onSaid ?? (() => undefined));
    },
  };
}

/**
 * Tests the configuration of a connection: the tap discovers its streams with it, and has those of the definition.
 * @throws {TributaryError} SOURCE_CONFIGURATION_REFUSED with the tap's last words, SOURCE_RESOURCE_NOT_FOUND
 */
export async function checkSinger(
  definition: ConnectorDefinition,
  _app: AppAddress,
  { signal, ...options }: SourceOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const program = await programOf(definition, options);
  let catalog: Catalog;
  try {
    catalog = await catalogOf(program, signal);
  } catch (error) {
    if (!(error instanceof TributaryError) || error.code !== 'SOURCE_PROGRAM_FAILED') throw error;
    throw new TributaryError('SOURCE_CONFIGURATION_REFUSED', error.message, {}, { cause: error });
  }
  if (definition.resources.some((resource) => streamOf(catalog, streamName(resource)) !== undefined)) return;
  const [first] = definition.resources;
  throw noStream(catalog, first === undefined ? '' : streamName(first));
}

async function* readStream(
  resource: ResourceDefinition,
  { since, from, signal }: ReadRequest,
  { configuration, spec }: SourceProgram,
  catalog: Catalog,
  onSaid: (line: string) => void,
): AsyncGenerator<SourcePage> {
  const name = streamName(resource);
  const stream = streamOf(catalog, name);
  if (stream === undefined) throw noStream(catalog, name);
  const keepsPlace = resource.incremental?.bookmark === true;
  const place = createPlace(keepsPlace ? since : undefined, from);
  const files = {
    'config.json': JSON.stringify(configuration),
    'catalog.json': JSON.stringify(selection(catalog, resource, name, keepsPlace)),
    ...(place.start === undefined ? {} : { 'state.json': place.start }),
  };
  const program = await runProgram({
    ...spec,
    args: Object.keys(files).flatMap((file) => [`--${file.replace('.json', '')}`, `{${file}}`]),
    files,
    signal,
  });
  try {
    const pages = readPages({
      program,
      names: namesOf(stream),
      place,
      keepsPlace,
      isWhole: !keepsPlace || since === undefined,
      clean: createRowCleaner(usedFields(resource)),
      onSaid,
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
    throw place.isLast() ? lastOf(error) : error;
  } finally {
    await program.stop();
  }
}

/** A failure that would be tried again, as the last one. */
const lastOf = (error: unknown): unknown =>
  error instanceof TributaryError && error.retryable
    ? new TributaryError('ATTEMPTS_EXHAUSTED', error.message, {}, { cause: error })
    : error;

function selection(catalog: Catalog, resource: ResourceDefinition, stream: string, incremental: boolean) {
  const { schema, cursor, fields } = resource;
  const properties = typeof schema === 'object' ? (schema as JsonObject).properties : undefined;
  const wanted = new Set([
    ...Object.keys(properties ?? {}),
    ...(fields?.only ?? []),
    ...usedFields(resource),
  ]);
  return select(catalog, { stream, incremental, cursor, fields: wanted });
}

const usedFields = ({ key, cursor, deletes }: ResourceDefinition): ReadonlySet<string> =>
  new Set([
    ...key,
    ...(cursor === undefined ? [] : [cursor]),
    ...(deletes?.kind === 'tombstone' ? [deletes.field] : []),
  ]);

function noStream({ streams }: Catalog, name: string): TributaryError {
  const names = streams.map((stream) => namesOf(stream)[0] ?? '');
  const some = names.length > 10 ? `${names.slice(0, 10).join(', ')} and others` : names.join(', ');
  return new TributaryError(
    'SOURCE_RESOURCE_NOT_FOUND',
    `The tap has no stream "${name}"; it has ${some === '' ? 'none' : some}.`,
  );
}
