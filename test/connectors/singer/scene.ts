import type { ConnectorDefinition } from '../../../connectors/definition.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { type ProgramResource, programDefinition } from '../program/definition.ts';
import { standIn } from '../program/scene.ts';

/** A stand-in tap of one table, as a lines file. */
export const tableTap: readonly string[] = [process.execPath, standIn('taps/table.mjs')];

/** A definition of kind singer, see `programDefinition`. */
export const tapDefinition = ({
  app = 'tapped',
  ...resource
}: ProgramResource & { readonly app?: string } = {}): ConnectorDefinition =>
  programDefinition(
    { id: app, name: 'Tapped', kind: 'singer', executable: 'tap', secret: 'password' },
    resource,
  );

/** What a tap says of `orders` by `id` before its rows. */
export const schema: JsonObject = { type: 'SCHEMA', stream: 'orders', schema: {}, key_properties: ['id'] };
/** A row of `orders`. */
export const record = (row: JsonObject, more: JsonObject = {}): JsonObject => ({
  ...{ type: 'RECORD', stream: 'orders', record: row, time_extracted: '2024-05-01T02:00:00+02:00' },
  ...more,
});
/** A place in `orders`. */
export const state = (updated_at: string): JsonObject => ({
  type: 'STATE',
  value: { bookmarks: { orders: { updated_at } } },
});
/** What `state` is as a bookmark. */
export const bookmarkAt = (updated_at: string): string =>
  JSON.stringify({ bookmarks: { orders: { updated_at } } });
/** What a tap finds that has `orders` and `customers`. */
export const catalog: JsonObject = {
  streams: ['orders', 'customers'].map((stream) => ({
    ...{ tap_stream_id: stream, stream, schema: {}, key_properties: ['id'] },
  })),
};
