import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { createApi } from '../../client/api/create-api.ts';
import type {
  ProcedureAnswerView,
  ProcedurePending,
  ProcedureView,
} from '../../client/api/schemas/procedures.ts';
import type { SessionsPort } from '../../client/sessions-port.ts';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import { createEgress } from '../../platform/egress.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { until } from '../support/until.ts';
import type { World } from '../support/world.ts';

/** The API over a world's engine and store, and the typed client of it. */
export interface Lifecycles {
  readonly api: TributaryClient;
  stop(): Promise<void>;
}

/** @param port Others than the world's own: with shorter waits. */
export async function startLifecycles(
  world: World,
  port: SessionsPort = world.sessions(),
): Promise<Lifecycles> {
  let url = 'http://127.0.0.1';
  const token = 'a-token-of-the-tests';
  const api = createApi({
    stores: world.stores,
    sessions: port,
    dispatcher: { nudge: () => undefined },
    definitions: () => world.definitions,
    secrets: world.secrets,
    egress: createEgress({ allow: ['127.0.0.1'] }),
    token,
    publicUrl: () => url,
    log: pino({ level: 'silent' }),
  });
  url = await api.listen({ host: '127.0.0.1', port: 0 });
  return {
    api: createTributaryClient({ url, token, actor: 'ada' }),
    stop: async () => {
      await api.close();
    },
  };
}

export async function connectionOf(world: World, id: string): Promise<ConnectionDoc> {
  const doc = await world.stores.connections.get(id);
  if (doc === null) throw new Error(`no ${id}`);
  return doc;
}

/** The answer of a procedure that ended in time. */
export function ended(answer: ProcedureAnswerView | ProcedurePending): ProcedureAnswerView {
  assert.ok(!('pending' in answer), 'it goes on');
  return answer;
}

/** Waits until the connection stands in a status. */
export const stands = (world: World, id: string, status: ConnectionDoc['status']): Promise<ConnectionDoc> =>
  until(`${id} in ${status}`, async () => {
    const doc = await connectionOf(world, id);
    return doc.status === status ? { found: doc } : { seen: doc.status };
  });

/** A failure with this code of the error table, and this answer of document 002. */
export const refusal = (expected: string, responseCode?: string) => (error: unknown) => {
  const { code, message, details } = error as { code: string; message: string; details: object };
  assert.equal(code, expected, message);
  if (responseCode !== undefined)
    assert.equal((details as { responseCode?: string }).responseCode, responseCode, message);
  return true;
};

/** Waits until a procedure has ended, and gives it. */
export const ends = (api: TributaryClient, id: string, number: number): Promise<ProcedureView> =>
  until(`procedure ${number} of ${id}`, async () => {
    const procedure = await api.getProcedure(id, number);
    return procedure.state === 'ended' ? { found: procedure } : { seen: procedure.state };
  });

/** A gate that a callback waits at. It opens with the test's end at the latest. */
export function gate(t: TestContext) {
  let open: () => void = () => undefined;
  let reach: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  t.after(() => open());
  return {
    open: () => open(),
    reached,
    wait: async () => {
      reach();
      await opened;
    },
  };
}
