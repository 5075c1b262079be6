import { createApi } from '../../client/api/create-api.ts';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import { createLog } from '../../platform/log.ts';
import { token } from '../client/support.ts';
import { localEgress } from '../support/egress.ts';
import type { World } from '../support/world.ts';

/** The HTTP API over a world, and a client of it. */
export interface ServedApi {
  readonly url: string;
  readonly client: TributaryClient;
  stop(): Promise<void>;
}

/** Serves the API of a world on a free port. */
export async function serveApi(world: World): Promise<ServedApi> {
  const { stores, definitions, secrets } = world;
  const api = createApi({
    stores,
    sessions: world.sessions(),
    dispatcher: { nudge: () => undefined },
    definitions: () => definitions,
    secrets,
    egress: localEgress,
    token,
    publicUrl: () => 'http://tributary.example',
    log: createLog({ name: 'test', level: 'silent' }),
  });
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    client: createTributaryClient({ url, token, actor: 'ada' }),
    stop: () => api.close(),
  };
}
