import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { SourcePlaces } from '../../connectors/registry.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { Ledger } from '../../domain/ledger.ts';
import { createSecretBox, type Sealed } from '../../platform/crypto.ts';
import { changeId } from '../../stores/feed.ts';
import type { ConnectionDoc, SessionDoc } from '../../stores/model.ts';
import { programHere } from '../support/node.ts';
import { pagedCredentials } from '../support/paged-app.ts';
import type { World } from '../support/world.ts';
import { openStoreWire, type StoreWire, type WritePoint } from './store-wire.ts';
import type { WorkerProcessOptions } from './worker-process.ts';

/** Worker processes that may be killed; at most one lives at a time. */
export interface Mortal {
  /** @param last No other one is to follow it. */
  start(last?: 'last'): void;
  /** Kills the process with SIGKILL at a write to the store, and is fulfilled when it is dead. */
  killAt(point: WritePoint): Promise<void>;
  kill(): Promise<void>;
  /** Gives a connection a grant that these processes can open. */
  grant(connection: ConnectionDoc): Promise<void>;
  /** Seals a value as these processes open it. */
  seal(value: JsonValue, context: string): Sealed;
  /** Of the store, by the wire on which writes are watched. */
  readonly uri: string;
  stop(): Promise<void>;
}

/** Worker processes for the queues of a world; its own worker should be stopped meanwhile. */
export async function createMortal(
  world: World,
  definitions: readonly ConnectorDefinition[],
  sources?: SourcePlaces,
): Promise<Mortal> {
  const {
    TEST_TEMPORAL_ADDRESS: address,
    TEST_MONGODB_URI: uri,
    TEST_WORKFLOW_BUNDLE: bundlePath,
  } = process.env;
  assert.ok(address && uri && bundlePath);
  const key = randomBytes(32);
  const secrets = createSecretBox([{ id: 'kill', key }]);
  const wire: StoreWire = await openStoreWire(uri);
  const options: WorkerProcessOptions = {
    address,
    uri: wire.uri,
    database: world.stores.db.databaseName,
    taskQueue: world.taskQueue,
    bundlePath,
    key: key.toString('base64'),
    limits: world.limits,
    definitions,
    ...(sources === undefined ? {} : { sources }),
  };
  const entry = fileURLToPath(new URL('./worker-process.ts', import.meta.url));
  const spawnOne = (): ChildProcess =>
    spawn(process.execPath, programHere(entry), {
      stdio: ['pipe', 'ignore', 'inherit'],
      env: { ...process.env, TEST_WORKER: JSON.stringify(options) },
    });
  /** Loads its code while another one works, and waits for its turn. */
  let next: ChildProcess | undefined = spawnOne();
  let living: ChildProcess | undefined;
  const end = async (process: ChildProcess): Promise<void> => {
    const gone = once(process, 'exit');
    process.kill('SIGKILL');
    await gone;
  };
  const kill = async (): Promise<void> => {
    const dying = living;
    living = undefined;
    if (dying !== undefined) await end(dying);
  };
  return {
    start: (last) => {
      living = next ?? spawnOne();
      living.stdin?.write('work\n');
      next = last === undefined ? spawnOne() : undefined;
    },
    killAt: (point) =>
      new Promise((resolve, reject) => wire.arm(point, () => void kill().then(resolve, reject))),
    kill,
    grant: async ({ _id: connectionId, generation }) => {
      await world.stores.grants.save({
        connectionId,
        generation,
        account: 'account-1',
        secret: secrets.seal(
          { kind: 'submitted', credentials: pagedCredentials.bearer },
          `grant/${connectionId}/${generation}`,
        ),
        expiresAt: null,
        endsAt: null,
      });
    },
    seal: secrets.seal,
    uri: wire.uri,
    stop: async () => {
      await kill();
      if (next !== undefined) await end(next);
      await wire.stop();
    },
  };
}

/** What a session left of one resource: equal whatever happened on the way. */
export interface Left {
  readonly digest: string;
  readonly ledger: Ledger;
  readonly batchRows: readonly number[];
  readonly changes: readonly { readonly added: readonly string[]; readonly updated: readonly string[] }[];
  readonly quarantined: number;
}

/** Reads what a session left, by resource. */
export async function leftBy({ stores }: World, { _id, connectionId, generation, resources }: SessionDoc) {
  const left: Record<string, Left> = {};
  for (const run of await stores.structuring.many(_id, resources)) {
    const { resource, ledger, mergedBatches } = run;
    const batchRows: number[] = [];
    const changes: { added: readonly string[]; updated: readonly string[] }[] = [];
    for (let number = 0; number < mergedBatches; number++) {
      batchRows.push((await stores.loading.batchSummary(_id, resource, number))?.rowCount ?? -1);
      const { added = [], updated = [] } = (await stores.feed.change(changeId(_id, resource, number))) ?? {};
      changes.push({ added, updated });
    }
    const digest = await stores.records.of(connectionId, generation, resource).digest();
    const quarantined = await stores.quarantine.of(connectionId, generation, resource).count();
    left[resource] = { digest, ledger, batchRows, changes, quarantined };
  }
  return left;
}
