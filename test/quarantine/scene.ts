import assert from 'node:assert/strict';
import { pino } from 'pino';
import { createApi } from '../../client/api/create-api.ts';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { imbalance } from '../../domain/ledger.ts';
import type { SessionDoc } from '../../stores/model.ts';
import { token } from '../client/support.ts';
import type { Scene } from '../session/scene.ts';
import { localEgress } from '../support/egress.ts';
import { pagedRows } from '../support/paged-app.ts';
import type { World } from '../support/world.ts';

type Test = { after: (fn: () => Promise<void>) => void };

/** The API over a world, and a client of it; both end with the test. */
export const setApi = async (world: World, test: Test, now?: () => Date): Promise<TributaryClient> =>
  createTributaryClient({ url: await serveApi(world, test, now), token, actor: 'ada' });

/** The API over a world, until the test ends. @returns its address */
export async function serveApi(
  world: World,
  test: Test,
  now: () => Date = () => new Date(),
): Promise<string> {
  const { stores, definitions, secrets } = world;
  const api = createApi({
    ...{ stores, secrets, token, now },
    sessions: world.sessions(),
    dispatcher: { nudge: () => undefined },
    definitions: () => definitions,
    egress: localEgress,
    publicUrl: () => 'http://tributary.example',
    log: pino({ level: 'silent' }),
    waitMs: 20_000,
  });
  test.after(() => api.close());
  return api.listen({ host: '127.0.0.1', port: 0 });
}

type Resource = ConnectorDefinition['resources'][number];

/** Changes every resource of the app's definition, as a person mends the file. */
export function mend(world: World, scene: Scene, change: Partial<Resource>): void {
  const definition = world.definitions.get(scene.connection.app);
  assert.ok(definition);
  const resources = definition.resources.map((resource) => ({ ...resource, ...change }));
  world.definitions.set(definition.id, { ...definition, resources });
}

/** Takes any object with a key. */
export const loose: Partial<Resource> = { schema: { type: 'object' } };

/** Rows by their numbers, with an amount that the strict schema does not take. */
export const odd = (...numbers: number[]): JsonObject[] =>
  numbers.flatMap((number) => pagedRows(1, number).map((row) => ({ ...row, amount: `${number} EUR` })));

/** One whole pass; gives its session, which ended Synced. */
export async function pass(world: World, scene: Scene): Promise<SessionDoc> {
  const before = (await world.stores.connections.get(scene.id))?.latestSession ?? 0;
  if (before > 0) await world.closes(scene.id);
  await scene.load();
  await world.reaches(scene.id, 19, ({ number }) => number === before + 1);
  return world.closes(scene.id);
}

/** The ledger of a session's orders, which balances; counts of 0 left out. */
export async function countsOf({ stores }: World, sessionId: string): Promise<Record<string, number>> {
  const [run] = await stores.structuring.many(sessionId, ['orders']);
  assert.ok(run);
  assert.equal(imbalance(run.ledger), null);
  return Object.fromEntries(
    Object.entries(run.ledger).filter(([name, rows]) => rows > 0 && !name.startsWith('records')),
  );
}

export const digestOf = ({ stores }: World, connectionId: string): Promise<string> =>
  stores.records.of(connectionId, 1, 'orders').digest();

/** Matches a refusal by its code. */
export const refusedBy = (code: string) => (error: TributaryError) => {
  assert.equal(error.code, code, error.message);
  return true;
};
