import assert from 'node:assert/strict';
import { pino } from 'pino';
import { createApi } from '../../client/api/create-api.ts';
import type { Plan } from '../../client/api/schemas/plans.ts';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import { createEgress } from '../../platform/egress.ts';
import type { World } from '../support/world.ts';

/** The API over a world, and the time that it takes for now. */
export interface PlanningApi {
  readonly api: TributaryClient;
  /** Milliseconds that its clock is ahead. */
  aheadMs: number;
  stop(): Promise<void>;
}

export async function startPlanning(world: World): Promise<PlanningApi> {
  const token = 'a-token-of-the-tests';
  let url = 'http://127.0.0.1';
  const served = createApi({
    stores: world.stores,
    sessions: world.sessions(),
    dispatcher: { nudge: () => undefined },
    definitions: () => world.definitions,
    secrets: world.secrets,
    egress: createEgress({ allow: ['127.0.0.1'] }),
    token,
    publicUrl: () => url,
    log: pino({ level: 'silent' }),
    now: () => new Date(Date.now() + planning.aheadMs),
  });
  url = await served.listen({ host: '127.0.0.1', port: 0 });
  const planning: PlanningApi = {
    api: createTributaryClient({ url, token, actor: 'ada' }),
    aheadMs: 0,
    stop: async () => {
      await served.close();
    },
  };
  return planning;
}

/** The token of a plan that may be carried out. */
export function tokenOf({ token, sentences }: Plan): string {
  assert.ok(token, sentences.join(' '));
  return token;
}
