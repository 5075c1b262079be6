import { pino } from 'pino';
import { createDeliveryPorts } from '../../activities/sync/delivery-ports.ts';
import { createApi } from '../../client/api/create-api.ts';
import type { ApiDeps } from '../../client/api/deps.ts';
import { createAutomationsPort } from '../../client/automations.ts';
import { createSyncSchedules } from '../../client/sync-schedules.ts';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import { localEgress } from '../support/egress.ts';
import type { World } from '../support/world.ts';
import { token } from './support.ts';

/** The API of a world with everything that syncs need, and its typed client. */
export interface SyncApi {
  readonly url: string;
  readonly client: TributaryClient;
  stop(): Promise<void>;
}

/** @param folders Where file destinations may write. */
export async function startSyncApi(
  world: World,
  {
    folders = [],
    now,
    ...more
  }: { readonly folders?: readonly string[] } & Partial<Pick<ApiDeps, 'now' | 'reports' | 'alerts'>> = {},
): Promise<SyncApi> {
  const { stores, definitions, secrets, client, taskQueue, drivers } = world;
  let url = 'http://127.0.0.1';
  const api = createApi({
    stores,
    sessions: world.sessions(),
    syncs: world.syncs(),
    syncSchedules: createSyncSchedules(client, { stores, taskQueue }),
    automations: createAutomationsPort(client, { stores, taskQueue }),
    delivery: createDeliveryPorts({
      egress: localEgress,
      stores,
      allow: { folders, executables: {} },
      drivers,
    }),
    dispatcher: { nudge: () => undefined },
    definitions: () => definitions,
    secrets,
    egress: localEgress,
    token,
    publicUrl: () => url,
    log: pino({ level: 'silent' }),
    ...(now === undefined ? {} : { now }),
    ...more,
  });
  url = await api.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    client: createTributaryClient({ url, token, actor: 'ada' }),
    stop: async () => {
      await api.close();
    },
  };
}
