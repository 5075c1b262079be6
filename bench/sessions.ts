import { randomBytes } from 'node:crypto';
import type { ConnectorDefinition } from '../connectors/definition.ts';
import { defaultDurations, sessionWorkflowId } from '../domain/contracts.ts';
import { createSecretBox, type SecretBox } from '../platform/crypto.ts';
import { pagedCredentials } from '../test/support/paged-app.ts';
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
}

export interface PassFigures extends HistorySize {
  readonly rows: number;
  readonly seconds: number;
  /** Loading and structuring. */
  readonly rowsPerSecond: number;
}

/** A session that takes longer is given up. */
const mostMs = 80_000;

export function createBenchSessions(world: World): BenchSessions {
  const key = randomBytes(32);
  const secrets: SecretBox = createSecretBox([{ id: 'bench', key }]);
  const port = world.sessions(defaultDurations);
  const credentials = pagedCredentials.bearer;

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
    async pass(definition, baseUrl) {
      const connection = await world.started({ definition, baseUrl });
      const { _id: connectionId, generation } = connection;
      const secret = secrets.seal({ kind: 'submitted', credentials }, `grant/${connectionId}/${generation}`);
      await world.stores.grants.save({
        connectionId,
        generation,
        account: 'account-1',
        secret,
        expiresAt: null,
        endsAt: null,
      });
      const began = performance.now();
      await port.startSession(connection, { kind: 'load', by: tester });
      const ended = () => world.client.workflow.getHandle(sessionWorkflowId(connectionId)).result();
      await world.client.withDeadline(Date.now() + mostMs, ended);
      const seconds = (performance.now() - began) / 1000;

      const session = await world.latest(connectionId);
      const timeline = await world.stores.sessions.timeline(session._id);
      const at = (status: number) => timeline.find(({ to }) => to === status)?.at.getTime() ?? Number.NaN;
      const runs = await world.stores.structuring.many(session._id, session.resources);
      const rows = runs.reduce((sum, { ledger }) => sum + ledger.inserted, 0);
      const history = await world.client.workflow.getHandle(sessionWorkflowId(connectionId)).fetchHistory();
      return { ...measureHistory(history), rows, seconds, rowsPerSecond: rows / ((at(15) - at(2)) / 1000) };
    },
  };
}
