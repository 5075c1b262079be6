import type { AskOther } from '../../activities/deduplication/across/ask.ts';
import { deduplicateSession } from '../../activities/deduplication/deduplicate.ts';
import { pairOf } from '../../activities/deduplication/work.ts';
import type { ActivityPorts } from '../../activities/ports.ts';
import { compileShape } from '../../activities/structuring/shape.ts';
import { structureBatch } from '../../activities/structuring/structure-batch.ts';
import type { DeduplicationRule, ResourceDefinition } from '../../connectors/schema.ts';
import type { JsonObject } from '../../domain/json.ts';
import { imbalance } from '../../domain/ledger.ts';
import { changeId } from '../../stores/feed.ts';
import type { BatchDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { createRecordsOfApp } from '../../stores/own-records.ts';
import { runId } from '../../stores/structuring.ts';
import { analysisInput } from '../processing/analysis-input.ts';
import { at, connectionDoc, newId, person } from '../stores/support.ts';
import { pagedDefinition } from '../support/paged-app.ts';

const resource = 'orders';
const died = 'The process died.';

/** A row of the app; `deleted_at` deletes it. */
export type Row = JsonObject & { readonly id: string };

export interface SceneOptions {
  readonly connectionId?: string;
  readonly company?: string;
  /** How a session of another connection is asked for. */
  readonly ask?: AskOther;
}

/** A connection whose sessions structure rows and deduplicate on the real store, without the engine. */
export async function createScene(
  stores: Stores,
  rule: Omit<DeduplicationRule, 'resource'>,
  { connectionId = newId('dd'), company = 'acme', ask = async () => undefined }: SceneOptions = {},
) {
  await stores.connections.create(connectionDoc(connectionId, { company, deduplication: true }));
  let opened = 0;
  const base = pagedDefinition({ deduplication: true });
  const orders: ResourceDefinition = {
    ...(base.resources[0] as ResourceDefinition),
    schema: { type: 'object' },
    deletes: { kind: 'tombstone', field: 'deleted_at' },
  };
  let definition = { ...base, resources: [orders], deduplication: [{ resource, ...rule }] };
  const place = [connectionId, 1, resource] as const;
  const records = stores.records.of(...place);
  const merges = stores.merges.of(...place);

  /** Loads and structures rows, in as many batches as lists. @throws Error when the ledger does not balance */
  async function structure(...batches: readonly (readonly Row[])[]): Promise<string> {
    const connection = await stores.connections.get(connectionId);
    if (connection === null) throw new Error('There is no connection.');
    const session = await stores.sessions.allocate({
      ...{ connection, runId: newId('run'), openedBy: person, scope: {}, resources: [resource] },
      // What loads nothing makes no record, and may come at any moment.
      at: new Date(at.getTime() + (batches.length === 0 ? opened : opened++)),
    });
    const own = createRecordsOfApp(records, merges.members);
    const recordsBefore = await own.count();
    const ref = { sessionId: session._id, connectionId, resource };
    const run = await stores.structuring.beginRun({ ...ref, recordsBefore, definition: 'd', at });
    let counted = { ...run.ledger };
    for (const [n, rows] of batches.entries()) {
      const batch = { _id: `${session._id}/${resource}/${n}`, rows } as unknown as BatchDoc;
      const tombstones = stores.tombstones.of(...place);
      const quarantine = stores.quarantine.of(...place);
      const ports = { records: own, quarantine, tombstones, shape: compileShape(orders) };
      // A crash repeats a batch.
      await structureBatch(ports, session._id, n, batch);
      const { ledger, added, updated, deleted } = await structureBatch(ports, session._id, n, batch);
      const seen = await own.seen({ added, updated, deleted });
      await stores.feed.putChange({ _id: changeId(session._id, resource, n), ...seen });
      for (const name of Object.keys(ledger) as (keyof typeof ledger)[])
        counted = { ...counted, [name]: counted[name] + ledger[name] };
    }
    const ledger = { ...counted, recordsBefore, recordsAfter: await own.count() };
    const fault = imbalance(ledger);
    if (fault !== null) throw new Error(fault);
    const progress = { ledger, mergedBatches: batches.length, nulls: {}, newest: null, bytes: 0 };
    await stores.structuring.progress(run._id, progress);
    await stores.structuring.endRun(runId(session._id, resource), 'COMPLETED', null, at);
    return session._id;
  }

  /** @param through The store as the process sees it */
  async function deduplicate(sessionId: string, through: Stores = stores): Promise<number> {
    const session = await stores.sessions.get(sessionId);
    const connection = await stores.connections.get(connectionId);
    if (session === null || connection === null) throw new Error(`${sessionId} is not there.`);
    const ports = { stores: through, definition: () => definition } as Partial<ActivityPorts> & {
      stores: Stores;
    };
    const input = analysisInput({ ports, session, connection, definition });
    return (await deduplicateSession(input.ports, input.ref, input.life, ask)).merged;
  }

  /** What readers were told of a session, in order. */
  async function told(sessionId: string) {
    const all = { added: [] as string[], updated: [] as string[], deleted: [] as string[] };
    for (let n = 0; ; n++) {
      const change = await stores.feed.change(changeId(sessionId, resource, n));
      if (change === null) return all;
      all.added.push(...change.added);
      all.updated.push(...change.updated);
      all.deleted.push(...change.deleted);
    }
  }

  return {
    ...{ connectionId, records, merges, structure, deduplicate, told },
    define(next: Omit<DeduplicationRule, 'resource'>): void {
      definition = { ...definition, deduplication: [{ resource, ...next }] };
    },
    /** One session from begin to end. */
    async pass(...batches: readonly (readonly Row[])[]): Promise<string> {
      const session = await structure(...batches);
      await deduplicate(session);
      return session;
    },
    /** The records that readers see: by key their data. */
    async visible(): Promise<Record<string, JsonObject>> {
      const found: Record<string, JsonObject> = {};
      for await (const { _id, data } of records.stream()) found[_id] = data;
      return found;
    },
    /** What is stored of merges, without times and sessions. */
    async groups(): Promise<readonly (readonly string[])[]> {
      const found: (readonly string[])[] = [];
      for await (const { keys } of merges.groups.stream()) found.push(keys);
      return found;
    },
    async decide(is: 'same' | 'different' | null, a: string, b: string): Promise<void> {
      const pair = pairOf(a, b);
      const known = await merges.pairs.get(pair._id);
      const decision = is === null ? null : ({ is, from: 'undo', by: person, why: null, at } as const);
      const suggested = known?.suggested ?? null;
      await merges.pairs.putMany([{ ...pair, suggested, decision, pending: true, at }]);
    },
    switchOff: () => stores.connections.change(connectionId, () => ({ deduplication: false })),
    switchOn: () => stores.connections.change(connectionId, () => ({ deduplication: true })),
    /** Dies after so many writes. @returns whether it died */
    async deduplicateDying(sessionId: string, writes: number): Promise<boolean> {
      try {
        await deduplicate(sessionId, dyingAfter(stores, writes));
        return false;
      } catch (error) {
        if (error instanceof Error && error.message === died) return true;
        throw error;
      }
    },
  };
}

/** The store of a process that dies right after its so many-th write. */
function dyingAfter(stores: Stores, writes: number): Stores {
  let left = writes;
  const dying =
    <A extends readonly unknown[]>(write: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      if (left === 0) throw new Error(died);
      await write(...args);
      left -= 1;
      if (left === 0) throw new Error(died);
    };
  const keyed = <
    K extends { putMany: (docs: never) => Promise<void>; remove: (ids: readonly string[]) => Promise<void> },
  >(
    one: K,
  ): K => ({ ...one, putMany: dying(one.putMany as never), remove: dying(one.remove) });
  return {
    ...stores,
    feed: { ...stores.feed, putChange: dying(stores.feed.putChange) },
    records: { ...stores.records, of: (...place) => keyed(stores.records.of(...place)) },
    across: {
      ...stores.across,
      of: (...place) => {
        const { nodes, groups, pairs, todos } = stores.across.of(...place);
        return { nodes: keyed(nodes), groups: keyed(groups), pairs: keyed(pairs), todos: keyed(todos) };
      },
    },
    merges: {
      of: (...place) => {
        const { members, groups, pairs, keys } = stores.merges.of(...place);
        return { members: keyed(members), groups: keyed(groups), pairs: keyed(pairs), keys: keyed(keys) };
      },
    },
  };
}

/** A connection of {@link createScene}. */
export type Scene = Awaited<ReturnType<typeof createScene>>;
