import type { ConnectorDefinition } from '../../../connectors/definition.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { type ProgramResource, programDefinition } from '../program/definition.ts';
import { standIn } from '../program/scene.ts';

/** A stand-in source of one table, as a lines file. */
export const tableSource: readonly string[] = [process.execPath, standIn('airbyte/table.mjs')];

/** A stream of a catalog, `orders` by `id` unless told otherwise. */
export const streamOf = (more: JsonObject = {}): JsonObject => ({
  name: 'orders',
  json_schema: { type: 'object', properties: {} },
  supported_sync_modes: ['full_refresh', 'incremental'],
  source_defined_primary_key: [['id']],
  default_cursor_field: ['updated_at'],
  ...more,
});
export const catalogOf = (...streams: readonly JsonObject[]): JsonObject => ({
  type: 'CATALOG',
  catalog: { streams },
});
export const record = (data: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'RECORD',
  record: { stream: 'orders', data, emitted_at: 1, ...more },
});
/** A state of a stream, with the count of rows before it where it is given. */
export const state = (updated_at: string, recordCount?: number, name = 'orders'): JsonObject => ({
  type: 'STATE',
  state: {
    type: 'STREAM',
    stream: { stream_descriptor: { name }, stream_state: { updated_at } },
    ...(recordCount === undefined ? {} : { sourceStats: { recordCount } }),
  },
});
export const trace = (type: string, body: JsonObject): JsonObject => ({
  type: 'TRACE',
  trace: { type, emitted_at: 1, [type.toLowerCase()]: body },
});
export const failed = (message: string, failure_type?: string, stream?: string): JsonObject =>
  trace('ERROR', {
    message,
    ...(failure_type === undefined ? {} : { failure_type }),
    ...(stream === undefined ? {} : { stream_descriptor: { name: stream } }),
  });
export const status = (word: string, name = 'orders'): JsonObject =>
  trace('STREAM_STATUS', { stream_descriptor: { name }, status: word });

/** A definition of kind airbyte, see `programDefinition`. */
export const sourceDefinition = ({
  app = 'sourced',
  ...resource
}: ProgramResource & { readonly app?: string } = {}): ConnectorDefinition =>
  programDefinition(
    { id: app, name: 'Sourced', kind: 'airbyte', executable: 'source', secret: 'token' },
    resource,
  );
