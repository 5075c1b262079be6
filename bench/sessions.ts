import { randomBytes } from 'node:crypto';
import type { ConnectorDefinition } from '../connectors/definition.ts';
import { defaultDurations, sessionWorkflowId } from '../domain/contracts.ts';
import type { JsonObject } from '../domain/json.ts';
import { createSecretBox, type SecretBox } from '../platform/crypto.ts';
import type { ConnectionDoc } from '../stores/model.ts';
import { pagedCredentials } from '../test/support/paged-app.ts';
import { until } from '../test/support/until.ts';
import { tester, type World } from '../test/support/world.ts';
import { type HistorySize, measureHistory } from './history.ts';

/** Runs sessions on the bench's worker and measures them. */
export interface BenchSessions {
  /** Of the worker, for TRIBUTARY_SECRETS_KEYS. */
  readonly keys: string;
  /** All stages from the consent to Synced. @returns seconds */
  small(definition: ConnectorDefinition, baseUrl: string): Promise<number>;
  /** From Loading to Synced. */
  pass(definition: ConnectorDefinition, baseUrl: string): Promise<PassFigures>;
  /** Only Loading: the session is canceled then, and what it stored forgotten. @throws unless it is so many rows */
  load(definition: ConnectorDefinition, from: LoadedFrom, rows: number): Promise<LoadFigures>;
  /** The store keeps all in memory, and its memory is small: drops what is stored of these resources. */
  forget(resources: readonly string[]): Promise<void>;
}

/** Address of the paged app, or the configuration of a source that has none. */
export type LoadedFrom = string | { readonly kind: 'configuration'; readonly configuration: JsonObject };

export interface LoadFigures {
  readonly rowsPerSecond: number;
}

export interface PassFigures extends HistorySize {
  readonly rows: number;
  readonly seconds: number;
  /** Loading and structuring. */
  readonly rowsPerSecond: number;
}

/** A session that takes longer is given up. */
const mostMs = 180_000;

export function createBenchSessions(world: World): BenchSessions {
  const key = randomBytes(32);
  const secrets: SecretBox = createSecretBox([{ id: 'bench', key }]);
  const port = world.sessions(defaultDurations);
  const credentials = pagedCredentials.bearer;

  /** A connection whose grant the bench's worker can open. */
  async function granted(definition: ConnectorDefinition, from: LoadedFrom): Promise<ConnectionDoc> {
    const [baseUrl, submitted] = typeof from === 'string' ? [from, credentials] : ['http://127.0.0.1', from];
    const connection = await world.started({ definition, baseUrl });
    const { _id: connectionId, generation } = connection;
    const grant = { kind: 'submitted', credentials: submitted };
    const secret = secrets.seal(grant, `grant/${connectionId}/${generation}`);
    const account = 'account-1';
    await world.stores.grants.save({
      ...{ connectionId, generation, account, secret },
      expiresAt: null,
      endsAt: null,
    });
    return connection;
  }

  async function secondsBetween(sessionId: string, from: number, to: number): Promise<number> {
    const timeline = await world.stores.sessions.timeline(sessionId);
    const at = (status: number) => timeline.find((entry) => entry.to === status)?.at.getTime() ?? Number.NaN;
    return (at(to) - at(from)) / 1000;
  }

  async function forget(resources: readonly string[]): Promise<void> {
    const { db } = world.stores;
    const left = await db.listCollections({}, { nameOnly: true }).toArray();
    for (const { name } of left)
      if (/^(batches|raw)$/.test(name) || resources.some((resource) => name.endsWith(`.${resource}`)))
        await db.dropCollection(name);
  }

  return {
    keys: `bench:${key.toString('base64')}`,
    async small(definition, baseUrl) {
      const connection = await world.configuring({ definition, baseUrl });
      const { _id: connectionId, generation } = connection;
      const began = performance.now();
      await port.startSession(connection, { kind: 'authorize', by: tester });
      const _id = `credentials/${connectionId}/1`;
      const payload = secrets.seal(credentials, _id);
      await world.stores.inbox.put({
        _id,
        connectionId,
        generation,
        kind: 'credentials',
        payload,
        receivedAt: new Date(),
      });
      await port.tell(connection);
      await world.reaches(connectionId, 19);
      return (performance.now() - began) / 1000;
    },
    async load(definition, from, wanted) {
      const connection = await granted(definition, from);
      const connectionId = connection._id;
      await port.startSession(connection, { kind: 'load', by: tester });
      await until(
        `${connectionId} is loaded`,
        async () => {
          const [session] = await world.stores.sessions.list({ connectionId, limit: 1 });
          const status = session?.status ?? null;
          if (status === 11 || status === 14 || status === 23) throw new Error(`It ended in ${status}.`);
          return status === 13 ? { found: status } : { seen: `status ${status}` };
        },
        mostMs,
      );
      const { _id, resources } = await world.latest(connectionId);
      await port.call(_id, 'cancel', { by: tester });
      await world.reaches(connectionId, 14);
      const secondsIn2 = await secondsBetween(_id, 2, 12);
      const checkpoints = await world.stores.loading.checkpoints(_id, resources);
      const rows = checkpoints.reduce((sum, checkpoint) => sum + checkpoint.rows, 0);
      if (rows !== wanted) throw new Error(`${rows} rows were loaded, not ${wanted}.`);
      await forget(resources);
      return { rowsPerSecond: rows / secondsIn2 };
    },
    forget,
    async pass(definition, baseUrl) {
      const connection = await granted(definition, baseUrl);
      const connectionId = connection._id;
      const began = performance.now();
      await port.startSession(connection, { kind: 'load', by: tester });
      const ended = () => world.client.workflow.getHandle(sessionWorkflowId(connectionId)).result();
      await world.client.withDeadline(Date.now() + mostMs, ended);
      const seconds = (performance.now() - began) / 1000;

      const session = await world.latest(connectionId);
      const runs = await world.stores.structuring.many(session._id, session.resources);
      const rows = runs.reduce((sum, { ledger }) => sum + ledger.inserted, 0);
      const history = await world.client.workflow.getHandle(sessionWorkflowId(connectionId)).fetchHistory();
      return {
        ...measureHistory(history),
        rows,
        seconds,
        rowsPerSecond: rows / (await secondsBetween(session._id, 2, 15)),
      };
    },
  };
}
