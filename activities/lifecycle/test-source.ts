import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { testConnection } from '../../connectors/identity.ts';
import type { Exchange } from '../../connectors/source.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { ProcedureAnswer } from '../../domain/procedures.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { createCredentials } from '../authorization/credentials.ts';
import { appSettings } from '../connection.ts';
import type { ProcedureRef } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { longestTestMs } from './access.ts';
import { procedureOf, writeFenced } from './fence.ts';
import { testFailed } from './test-failed.ts';

type Ports = Pick<ActivityPorts, 'stores' | 'secrets' | 'egress' | 'sources'>;

/** What the test of a connection came to. */
export interface SourceTest {
  /** The last request and its answer, redacted; null when none was sent. */
  readonly exchange: Exchange | null;
  readonly durationMs: number;
  /** In the app's words; null: the app took the grant. */
  readonly failure: TributaryError | null;
}

/** Asks the app whether it takes the grant of a connection. Writes nothing, but for a token that had to be refreshed. */
export async function testSource(
  ports: Ports,
  connection: ConnectionDoc,
  definition: ConnectorDefinition,
  signal: AbortSignal,
): Promise<SourceTest> {
  const began = performance.now();
  let exchange: Exchange | null = null;
  const onExchange = (one: Exchange) => {
    exchange = one;
  };
  const ended = (failure: TributaryError | null): SourceTest => ({
    exchange,
    durationMs: Math.round(performance.now() - began),
    failure,
  });
  try {
    const app = await appSettings(ports, connection);
    const { _id: connectionId, generation } = connection;
    const credentials = createCredentials(ports, { connectionId, generation, definition, app, signal });
    const options = { fetch: ports.egress.fetch, signal, onExchange, ...ports.sources };
    const test = async (refresh: boolean) =>
      testConnection(definition, app, (await credentials.authorization({ refresh })) ?? '', options);
    await test(false).catch((refusal: unknown) => {
      const refused = refusal instanceof TributaryError && refusal.code === 'INVALID_CREDENTIALS';
      if (!refused || definition.auth.kind !== 'oauth2') throw refusal;
      // A token may end before its time.
      return test(true);
    });
    return ended(null);
  } catch (error) {
    if (error instanceof TributaryError) return ended(error);
    throw error;
  }
}

/** The source of a connection that is to be finalized. */
export async function validateSource(ports: ActivityPorts, ref: ProcedureRef): Promise<ProcedureAnswer> {
  const procedure = await procedureOf(ports, ref);
  const connection = await writeFenced(ports, procedure, () => null);
  const definition = ports.definition(connection.app);
  const { failure } = await testSource(ports, connection, definition, AbortSignal.timeout(longestTestMs));
  if (failure !== null) return testFailed(failure, 'Nothing was changed.');
  await ports.stores.procedures.step(ref.connectionId, ref.number, 'tested', new Date());
  return { responseCode: 'OK', message: '' };
}
