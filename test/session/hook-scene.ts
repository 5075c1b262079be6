import { pino } from 'pino';
import { createApi } from '../../client/api/create-api.ts';
import { createDispatcher, type Dispatcher } from '../../client/dispatcher.ts';
import type { SessionsPort } from '../../client/sessions-port.ts';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { webhooksSchema } from '../../connectors/format/webhooks.ts';
import { type Aggregator, aggregatorWebhooks, createAggregator } from '../support/aggregator.ts';
import { localEgress } from '../support/egress.ts';
import type { World } from '../support/world.ts';

const token = 'a-token-of-the-tests';

/** The API of a world, over HTTP. */
export interface HookApi {
  readonly url: string;
  readonly client: TributaryClient;
  readonly dispatcher: Dispatcher;
  /** An aggregator that sends to a connection, and signs with a secret that was made for it. */
  aggregator(app: string, connectionId: string): Promise<Aggregator>;
  stop(): Promise<void>;
}

/**
 * Serves the API of a world on a free port.
 * @param options.deaf Nobody is told by it: what is stored stays untold until the test tells.
 */
export async function startHookApi(
  world: World,
  { deaf = false, port = world.sessions() }: { readonly deaf?: boolean; readonly port?: SessionsPort } = {},
): Promise<HookApi> {
  const { stores, secrets, definitions } = world;
  const log = pino({ level: 'silent' });
  const dispatcher = createDispatcher({ stores, sessions: port, log, intervalMs: 600_000 });
  let address = '';
  const api = createApi({
    stores,
    sessions: port,
    dispatcher: deaf ? { nudge: () => undefined } : dispatcher,
    definitions: () => definitions,
    secrets,
    egress: localEgress,
    token,
    publicUrl: () => address,
    log,
  });
  address = await api.listen({ host: '127.0.0.1', port: 0 });
  const client = createTributaryClient({ url: address, token });
  return {
    url: address,
    client,
    dispatcher,
    async aggregator(app, connectionId) {
      const { secret = '' } = await client.addWebhookSecret(connectionId);
      return createAggregator(`${address}/api/webhooks/${app}/${connectionId}`, secret);
    },
    async stop() {
      await api.close();
      await dispatcher.stop();
    },
  };
}

/** A definition with the webhooks of the aggregator stand-in. */
export const withHooks = (definition: ConnectorDefinition, more: object = {}): ConnectorDefinition => ({
  ...definition,
  webhooks: webhooksSchema.parse({
    ...aggregatorWebhooks,
    ...(definition.webhooks === undefined ? {} : { expect: definition.webhooks.expect }),
    ...more,
  }),
});
