import type { z } from 'zod';
import { mappingFaults } from '../../activities/sync/mapping/faults.ts';
import type { ResourceDefinition } from '../../connectors/definition.ts';
import type { FieldType } from '../../domain/delivery.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ConnectionDoc, DestinationDoc, FieldMapping, SyncMode, SyncModel } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { findConnection, findDefinition } from './find.ts';
import { invalid, notFound } from './problem.ts';
import type { previewBody } from './schemas/syncs.ts';

type Deps = Pick<RouteDeps, 'stores' | 'definitions' | 'delivery'>;

/** What a sync reads and how it maps it, as asked for. */
export type AskedModel = Pick<z.output<typeof previewBody>, 'connection' | 'model' | 'mapping' | 'keyField'>;

/** A model that can be read: its connection and resource are there, its mapping has no faults. */
export interface SoundModel {
  readonly connection: ConnectionDoc;
  readonly resource: ResourceDefinition;
  readonly model: SyncModel;
  readonly mapping: readonly FieldMapping[];
  readonly keyField: string;
}

/**
 * Checks what a sync reads; what is left out of mapping and key field follows from the resource.
 * @throws {TributaryError} NOT_FOUND; CONNECTION_DISCONNECTED; INVALID_INPUT; MAPPING_INVALID with every fault
 */
export async function soundModel(deps: Deps, asked: AskedModel): Promise<SoundModel> {
  const connection = await findConnection(deps, asked.connection);
  if (connection.ownCode === 26 || connection.status === 'DISCONNECTED')
    throw new TributaryError('CONNECTION_DISCONNECTED');
  const { model } = asked;
  const { resources } = findDefinition(deps, connection.app);
  const resource = resources.find(({ id }) => id === model.resource);
  if (resource === undefined) {
    const known = resources.map(({ id }) => id).join(', ');
    throw invalid({
      path: 'body.model.resource',
      message: `"${model.resource}" is not known; ${connection.app} has ${known}`,
    });
  }
  const keyField = asked.keyField ?? keyNameOf(resource);
  const mapping = asked.mapping ?? defaultMapping(resource, keyField);
  const faults = mappingFaults(resource, model, { mapping, keyField });
  if (faults.length > 0)
    throw new TributaryError('MAPPING_INVALID', faults.join(' '), {
      faults: faults.map((message) => ({ path: 'body', message })),
    });
  return { connection, resource, model, mapping, keyField };
}

/** A key of several fields is one text at the destination. */
function keyNameOf({ key, mapping = {} }: ResourceDefinition): string {
  const [only, ...more] = key;
  if (only === undefined || more.length > 0) return 'key';
  return mapping[only] ?? only.slice(only.lastIndexOf('/') + 1);
}

/** Every field of the resource by its name in records. @throws {TributaryError} MAPPING_INVALID where none is known */
function defaultMapping({ id, schema, mapping = {} }: ResourceDefinition, keyField: string): FieldMapping[] {
  const properties = schema === 'infer' ? {} : ((schema as JsonObject).properties ?? {});
  const fields = Object.entries(properties as Readonly<Record<string, JsonObject>>)
    .map(([name, of]) => ({ field: mapping[name] ?? name, type: typeOf(of) }))
    .filter(({ field }) => field !== keyField);
  if (fields.length === 0)
    throw new TributaryError('MAPPING_INVALID', `The definition does not name the fields of ${id}.`, {
      faults: [{ path: 'body.mapping', message: 'is missing' }],
    });
  return fields.map(({ field, type }) => ({ to: field, type, from: { field } }));
}

/** The type that a field of a schema has at a destination. */
export function typeOf({ type, format }: JsonObject): FieldType {
  const [first, ...more] = (Array.isArray(type) ? type : [type]).filter((one) => one !== 'null');
  if (more.length > 0) return more.every((one) => one !== 'object' && one !== 'array') ? 'text' : 'json';
  if (first === 'string') return format === 'date' ? 'date' : format === 'date-time' ? 'datetime' : 'text';
  if (first === 'number' || first === 'integer' || first === 'boolean') return first;
  return 'json';
}

/** @throws {TributaryError} NOT_FOUND */
export async function findDestination({ stores }: Pick<Deps, 'stores'>, id: string): Promise<DestinationDoc> {
  const doc = await stores.destinations.get(id);
  if (doc === null) throw notFound('destination', id);
  return doc;
}

/** @throws {TributaryError} INVALID_INPUT when the destination cannot do what the mode needs */
export function checkMode(
  { delivery }: Pick<Deps, 'delivery'>,
  { kind }: DestinationDoc,
  mode: SyncMode,
): void {
  const { name, limits } = delivery.driver(kind).description;
  if (mode === 'mirror' && !limits.deletes)
    throw invalid({
      path: 'body.mode',
      message: `${name} cannot delete rows: take upsert, insertOnly or full`,
    });
}
