import assert from 'node:assert/strict';
import { describeKilledDeliveries } from '../kill/sync-killed.ts';
import { startAirtable } from '../support/airtable/index.ts';

/** Few rows: the limiter lets five requests of ten rows through in a second. */
describeKilledDeliveries([5, 6, 7, 8, 9, 10], async () => {
  const server = await startAirtable();
  const base = server.addBase();
  return {
    sizes: { first: 200, changed: 80, added: 10 },
    destination: { kind: 'airtable', configuration: { base: base.id, endpointUrl: server.url } },
    secret: { token: server.token() },
    make: (table) => {
      base.addTable(table, [
        { name: 'id', type: 'singleLineText' },
        { name: 'name', type: 'singleLineText' },
        { name: 'amount', type: 'number', options: { precision: 2 } },
      ]);
    },
    held: async (table) => base.rows(table).sort((a, b) => String(a.id).localeCompare(String(b.id))),
    drop: async (table) => base.removeTable(table),
    stop: async () => {
      await server.stop();
      // A process that died holds its place until its request is over.
      assert.ok(server.seen.every(({ status }) => status !== 429));
    },
  };
});
