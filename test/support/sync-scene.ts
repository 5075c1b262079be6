import { fingerprintOf } from '../../activities/structuring/canonical.ts';
import { type Actor, sessionIdOf } from '../../domain/contracts.ts';
import type { DestinationKind } from '../../domain/delivery.ts';
import type { JsonObject } from '../../domain/json.ts';
import { syncRunIdOf } from '../../domain/sync-contracts.ts';
import { changeId } from '../../stores/feed.ts';
import type { DestinationDoc, RecordDoc, SyncDoc, SyncRunDoc } from '../../stores/model.ts';
import { unrun } from '../../stores/syncs.ts';
import { type Box, createBox } from './box.ts';
import { pagedDefinition } from './paged-definition.ts';
import { byWrites, until } from './until.ts';
import type { World } from './world.ts';

export type SyncScene = Awaited<ReturnType<typeof syncScene>>;

export interface SyncSceneOptions {
  /** Of the app. */
  readonly baseUrl?: string;
  /** What the destination has that the box has not. */
  readonly destination?: (id: string) => Partial<DestinationDoc>;
}

const tester: Actor = { kind: 'person', id: 'tester' };
let made = 0;

/** A started connection with records and a sync of its orders into a box; nothing has run yet. */
export async function syncScene(
  world: World,
  change: Partial<SyncDoc> = {},
  box: Box = createBox(),
  { baseUrl = 'http://127.0.0.1:1', destination = () => ({}) }: SyncSceneOptions = {},
) {
  const mine = ++made;
  const definition = pagedDefinition({ id: `box-app-${mine}` });
  const connection = await world.started({ definition, baseUrl });
  const connectionId = connection._id;
  const syncId = `sync-${mine}-${connectionId}`;
  // Each box is a kind of its own, so that tests may run side by side.
  const kind = `box-${mine}` as DestinationKind;
  world.drivers[kind] = box.driver;
  const now = new Date();
  await world.stores.destinations.create({
    _id: `to-${syncId}`,
    kind,
    name: 'Box',
    configuration: {},
    secret: null,
    quota: null,
    slots: 1,
    seq: 0,
    createdAt: now,
    updatedAt: now,
    ...destination(`to-${syncId}`),
  });
  const sync = await world.stores.syncs.create({
    _id: syncId,
    connectionId,
    generation: 1,
    company: 'acme',
    destinationId: `to-${syncId}`,
    model: { resource: 'orders', filter: {} },
    mapping: [
      { to: 'name', type: 'text', from: { field: 'name' } },
      { to: 'amount', type: 'number', from: { field: 'amount' } },
    ],
    keyField: 'id',
    object: 'orders',
    mode: 'mirror',
    schedule: { kind: 'MANUAL' },
    timeZone: 'UTC',
    rejectedThreshold: 0,
    rejectionCap: 3,
    status: 'pending',
    statusSince: now,
    ...unrun,
    createdBy: tester,
    createdAt: now,
    updatedAt: now,
    ...change,
  });
  const records = world.stores.records.of(connectionId, 1, 'orders');
  const port = world.syncs();
  let session = 0;

  const scene = {
    world,
    box,
    connection,
    sync,
    syncId,
    records,
    port,
    rows: world.stores.syncRecords.of(syncId),
    /** Puts and removes records as one session does, and makes the change visible. */
    async session(put: Readonly<Record<string, JsonObject>>, removed: readonly string[] = []) {
      session += 1;
      const sessionId = sessionIdOf(connectionId, session);
      const keys = Object.keys(put);
      await records.putMany(keys.map((key) => recordOf(key, put[key] ?? {}, sessionId)));
      await records.remove(removed);
      const _id = changeId(sessionId, 'orders', 0);
      await world.stores.feed.putChange({ _id, added: keys, updated: keys, deleted: removed });
      const parts = [{ sessionId, resource: 'orders', changes: 1 }];
      await world.stores.feed.seal({
        _id: sessionId,
        connectionId,
        number: session,
        parts,
        sealedAt: new Date(),
      });
    },
    latest: async (): Promise<SyncRunDoc | null> => {
      const { latestRun = 0 } = (await world.stores.syncs.get(syncId)) ?? {};
      return world.stores.syncRuns.get(syncRunIdOf(syncId, latestRun));
    },
    reaches: (status: SyncRunDoc['status'], number?: number): Promise<SyncRunDoc> =>
      until(
        `${syncId} in ${status}`,
        async () => {
          const run = number === undefined ? await scene.latest() : await scene.run(number);
          return run?.status === status
            ? { found: run }
            : { seen: `${run?._id} ${run?.status} ${run?.reason} ${run?.detail}` };
        },
        20_000,
        byWrites(syncId),
      ),
    run: (number: number): Promise<SyncRunDoc | null> =>
      world.stores.syncRuns.get(syncRunIdOf(syncId, number)),
    /** Runs the sync and waits until its execution has ended. */
    async runs(
      request: Partial<Parameters<typeof port.startRun>[1]> = {},
      through = port,
    ): Promise<SyncRunDoc> {
      const { engineRun } = await through.startRun(syncId, { by: tester, ...request });
      await world.client.workflow
        .getHandle(`sync-run/${syncId}`, engineRun)
        .result()
        .catch(() => undefined);
      const run = await scene.latest();
      if (run === null) throw new Error('there is no run');
      return run;
    },
    status: async () => {
      const now = await world.stores.syncs.get(syncId);
      return [now?.status, now?.statusReason];
    },
    change: (to: Partial<SyncDoc>) =>
      world.stores.syncs.change(syncId, (old) => ({ ...to, version: old.version + 1 })),
    /** What the box holds, by key. */
    held: () => Object.fromEntries([...box.rows].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  return scene;
}

export function recordOf(key: string, data: JsonObject, sessionId: string): RecordDoc {
  return {
    _id: key,
    data: { id: key, ...data },
    fingerprint: fingerprintOf(data),
    cursor: null,
    createdIn: sessionId,
    changedIn: sessionId,
    countedAt: [0, 0],
    source: [`${sessionId}/orders/0`, 0],
    versions: [],
    updatedAt: new Date(),
  };
}

/** The counts of a run that are not zero. */
export const countsOf = ({ ledger }: SyncRunDoc): Record<string, number> =>
  Object.fromEntries(Object.entries(ledger).filter(([, count]) => count !== 0));

/** Orders `o0` ... with a name and an amount. */
export const orders = (count: number, name = 'first'): Record<string, JsonObject> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`o${index}`, { name: `${name} ${index}`, amount: index }]),
  );
