import { airtable } from '../../destinations/airtable/index.ts';
import type { DestinationDriver } from '../../destinations/contract.ts';
import type { SyncDoc } from '../../stores/model.ts';
import { startAirtable } from '../support/airtable/index.ts';
import type { NewField } from '../support/airtable/model.ts';
import { createBox } from '../support/box.ts';
import { type SyncScene, syncScene } from '../support/sync-scene.ts';
import type { World } from '../support/world.ts';

export type AirtableSyncs = Awaited<ReturnType<typeof startAirtableSyncs>>;

/** A base of the stand-in, and syncs into tables of it. */
export async function startAirtableSyncs(world: World) {
  const server = await startAirtable({ perSecond: 1_000, perToken: 1_000 });
  const base = server.addBase();
  const token = server.token();
  let tables = 0;
  const addTable = (table: string, fields: Fields = {}) =>
    base.addTable(
      table,
      Object.entries({ ...usual, ...fields }).map(([name, field]) => ({ name, ...field })),
    );
  const between = new Map<string, (call: number) => void>();
  const driver = airtable as DestinationDriver;
  world.drivers.airtable = {
    ...driver,
    open: async (settings, target, run) => {
      const delivery = await driver.open(settings, target, run);
      let calls = 0;
      return {
        ...delivery,
        write: (rows, options) => {
          calls += 1;
          between.get(target.object)?.(calls);
          return delivery.write(rows, options);
        },
      };
    },
  };
  return {
    server,
    base,
    token,
    stop: server.stop,
    addTable,
    /** Another token for the destination of a sync. */
    useToken: ({ sync: { destinationId: id } }: SyncScene, other: string) =>
      world.stores.destinations.change(id, () => ({
        secret: world.secrets.seal({ token: other }, `destination/${id}`),
      })),
    /** Does something before the second call of a run into the table, once. */
    inTheMiddle(table: string, change: () => void): void {
      between.set(table, (call) => {
        if (call !== 2) return;
        between.delete(table);
        change();
      });
    },
    /** A sync of orders into a table of its own; nothing has run yet. */
    async scene(fields: Fields = {}, change: Partial<SyncDoc> = {}) {
      tables += 1;
      const table = `Orders ${tables}`;
      addTable(table, fields);
      const destination = (id: string) => ({
        kind: 'airtable' as const,
        configuration: { base: base.id, endpointUrl: server.url },
        secret: world.secrets.seal({ token }, `destination/${id}`),
      });
      const scene = await syncScene(world, { object: table, ...change }, createBox(), { destination });
      return { scene, table };
    },
  };
}

type Fields = Readonly<Record<string, Omit<NewField, 'name'>>>;

const usual: Fields = {
  id: { type: 'singleLineText' },
  name: { type: 'singleLineText' },
  amount: { type: 'number', options: { precision: 2 } },
};
