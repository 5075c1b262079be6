import { randomBytes } from 'node:crypto';
import { secretContext } from '../activities/secret-context.ts';
import { fingerprintOf } from '../activities/structuring/canonical.ts';
import type { ConnectorDefinition } from '../connectors/definition.ts';
import type { DestinationKind } from '../domain/delivery.ts';
import type { JsonObject } from '../domain/json.ts';
import { syncRunIdOf } from '../domain/sync-contracts.ts';
import { createSecretBox } from '../platform/crypto.ts';
import type { FieldMapping, RecordDoc, SyncRunDoc } from '../stores/model.ts';
import { recordsCollection } from '../stores/names.ts';
import { unrun } from '../stores/syncs.ts';
import { pagedDefinition } from '../test/support/paged-definition.ts';
import { tester, type World } from '../test/support/world.ts';
import { benchRows } from './rows.ts';

const resource = 'orders';
const rowsPerInsert = 5_000;
const mostMs = 1_800_000;

/** The app of the connections whose records are delivered; the worker needs it. */
export const syncDefinition: ConnectorDefinition = pagedDefinition({ id: 'bench-sync' });

/** Every field of the bench's rows, as it is. */
export const syncMapping: readonly FieldMapping[] = Object.entries(benchRows(1)[0] ?? {}).map(
  ([name, value]) => ({
    to: name,
    type: typeof value === 'number' ? 'number' : 'text',
    from: { field: name },
  }),
);

/** Row number `n`; of a million rows only the keys differ beyond the first thousand. */
const made = benchRows(1_000);
export const deliveredRow = (n: number): JsonObject => ({ ...made[n % made.length], id: `r${n}` });

/** Where rows are delivered. */
export interface BenchTarget {
  readonly kind: DestinationKind;
  readonly configuration: JsonObject;
  readonly secret: JsonObject;
  readonly object: string;
}

/** What a run took, from its start to its end. */
export interface RunFigures {
  readonly run: SyncRunDoc;
  readonly seconds: number;
  /** Of them: until the first row could be sent. */
  readonly stagingSeconds: number;
}

/** Connections with records and syncs of them, run by the bench's workers. */
export function createBenchSyncs(world: World) {
  const { stores } = world;
  const key = randomBytes(32);
  const secrets = createSecretBox([{ id: 'bench', key }]);
  let count = 0;

  return {
    /** Of the worker, for TRIBUTARY_SECRETS_KEYS. */
    keys: `bench:${key.toString('base64')}`,
    /** A connection with so many records in the pool of a worker. @returns its id */
    async records(rows: number, pool = 'default'): Promise<string> {
      const connection = await world.started({ definition: syncDefinition, baseUrl: 'http://127.0.0.1:1' });
      const { _id, generation } = connection;
      await stores.connections.change(_id, () => ({ pool }));
      const collection = stores.db.collection<RecordDoc>(recordsCollection(_id, generation, resource));
      const sessionId = `${_id}.1`;
      for (let from = 0; from < rows; from += rowsPerInsert) {
        const docs = Array.from({ length: Math.min(rowsPerInsert, rows - from) }, (_, index): RecordDoc => {
          const data = deliveredRow(from + index);
          return {
            _id: String(data.id),
            data,
            fingerprint: fingerprintOf(data),
            cursor: null,
            createdIn: sessionId,
            changedIn: sessionId,
            countedAt: [0, 0],
            source: [`${sessionId}/${resource}/0`, 0],
            versions: [],
            updatedAt: new Date(),
          };
        });
        await collection.insertMany(docs, { ordered: false });
      }
      return _id;
    },
    /** A sync of these records, which has not run yet. @returns its id */
    async sync(connectionId: string, { kind, configuration, secret, object }: BenchTarget): Promise<string> {
      count += 1;
      const _id = `bench-${count}`;
      const now = new Date();
      await stores.destinations.create({
        _id,
        kind,
        name: _id,
        configuration,
        secret: secrets.seal(secret, secretContext.destination(_id)),
        quota: null,
        slots: 1,
        seq: 0,
        createdAt: now,
        updatedAt: now,
      });
      await stores.syncs.create({
        _id,
        connectionId,
        generation: 1,
        company: 'acme',
        destinationId: _id,
        model: { resource, filter: {} },
        mapping: syncMapping,
        keyField: 'id',
        object,
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
      });
      return _id;
    },
    /** @throws unless the run is a success */
    async run(syncId: string, kind: 'run' | 'resync' = 'run'): Promise<RunFigures> {
      await world.syncs({ heartbeatMs: 30_000 }).startRun(syncId, { by: tester, kind });
      const handle = world.client.workflow.getHandle(`sync-run/${syncId}`);
      await world.client.withDeadline(Date.now() + mostMs, () => handle.result());
      const run = await stores.syncRuns.get(
        syncRunIdOf(syncId, (await stores.syncs.get(syncId))?.latestRun ?? 0),
      );
      if (run?.status !== 'success')
        throw new Error(`The run of ${syncId} ended as ${run?.status}: ${run?.reason} ${run?.detail}`);
      const timeline = await stores.syncRuns.timeline(run._id);
      const at = (to: SyncRunDoc['status']) => timeline.find((entry) => entry.to === to)?.at.getTime();
      const from = at('started') ?? Number.NaN;
      return {
        run,
        seconds: ((at('success') ?? Number.NaN) - from) / 1000,
        stagingSeconds: ((at('inProgress') ?? Number.NaN) - from) / 1000,
      };
    },
  };
}

export type BenchSyncs = ReturnType<typeof createBenchSyncs>;
