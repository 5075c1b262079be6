import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { ResourceDefinition } from '../schema.ts';
import { type StreamName, streamName } from './messages.ts';

/** The name of a stream in definitions: with its namespace where it has one (`public.orders`). */
export function nameOf(stream: JsonObject): string {
  const { name, namespace } = ourName(stream);
  return namespace === null ? name : `${namespace}.${name}`;
}

/** Name and namespace of a stream of a catalog. */
export const ourName = (stream: JsonObject): StreamName =>
  streamName(stream) ?? { name: '', namespace: null };

/**
 * The stream that a definition names, with or without its namespace.
 * @throws {TributaryError} SOURCE_RESOURCE_NOT_FOUND when there is none, or several of that name
 */
export function streamOf(streams: readonly JsonObject[], wanted: string): JsonObject {
  const whole = streams.find((stream) => nameOf(stream) === wanted);
  if (whole !== undefined) return whole;
  const named = streams.filter((stream) => ourName(stream).name === wanted);
  if (named.length === 1 && named[0] !== undefined) return named[0];
  const known = named.length > 1 ? named : streams;
  const names = known.map(nameOf);
  const some = names.length > 10 ? `${names.slice(0, 10).join(', ')} and others` : names.join(', ');
  throw new TributaryError(
    'SOURCE_RESOURCE_NOT_FOUND',
    named.length > 1
      ? `The source has several streams "${wanted}": name one of ${some}.`
      : `The source has no stream "${wanted}"; it has ${some === '' ? 'none' : some}.`,
  );
}

/** Whether a stream can be read in that way; one that does not say it can be read whole only. */
export const supports = ({ supported_sync_modes: modes }: JsonObject, mode: SyncMode): boolean =>
  Array.isArray(modes) && modes.length > 0
    ? (modes as readonly JsonValue[]).includes(mode)
    : mode === 'full_refresh';

/** Whether all rows are read, or what changed. */
export type SyncMode = 'full_refresh' | 'incremental';

/** The names of a field that the protocol writes as the steps down to it, in ours: its name, or a JSON pointer. */
export function fieldOf(steps: JsonValue | undefined): string | null {
  if (!Array.isArray(steps) || steps.length === 0 || steps.some((step) => typeof step !== 'string' || !step))
    return null;
  const [first, ...more] = steps as readonly string[];
  if (more.length === 0 && first?.startsWith('/') === false) return first;
  return (steps as readonly string[])
    .map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** The steps down to a field of ours. */
const stepsOf = (field: string): string[] =>
  field.startsWith('/')
    ? field
        .slice(1)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    : [field];

/** The fields of a stream's own key; empty where it has none, or one that cannot be named. */
export function keyOf({ source_defined_primary_key: key }: JsonObject): readonly string[] {
  if (!Array.isArray(key)) return [];
  const fields = (key as readonly JsonValue[]).map(fieldOf);
  return fields.every((field): field is string => field !== null) ? fields : [];
}

/** The text of the catalog that selects one stream of a source. */
export function configuredCatalog(stream: JsonObject, resource: ResourceDefinition, mode: SyncMode): string {
  const { cursor, contentField } = resource;
  const own = Array.isArray(stream.source_defined_primary_key) ? stream.source_defined_primary_key : [];
  const key: JsonValue =
    own.length > 0 ? own : resource.key.filter((field) => field !== contentField).map(stepsOf);
  const cursorField = cursor === undefined ? stream.default_cursor_field : stepsOf(cursor);
  return JSON.stringify({
    streams: [
      {
        stream,
        sync_mode: mode,
        destination_sync_mode: key.length > 0 ? 'append_dedup' : 'append',
        ...(Array.isArray(cursorField) && cursorField.length > 0 ? { cursor_field: cursorField } : {}),
        ...(key.length > 0 ? { primary_key: key } : {}),
      },
    ],
  });
}
