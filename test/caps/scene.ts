import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { createSlotKeeper } from '../../client/slots.ts';
import { sessionWorkflowId } from '../../domain/contracts.ts';
import type { SessionCaps } from '../../domain/slots.ts';
import type { SessionDoc } from '../../stores/model.ts';
import { type PagedApp, pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { tester, type World } from '../support/world.ts';

type Test = { after: (fn: () => Promise<void>) => void };

/** A connection whose session stands at its first page until `app.release()`. */
export interface Member {
  readonly id: string;
  readonly app: PagedApp<string>;
  /** Starts a session, and returns once it works. */
  works(): Promise<void>;
  /** Starts a session, and returns once it waits for its turn. */
  waits(): Promise<SessionDoc>;
  start(): Promise<unknown>;
  /** Until its app is asked. */
  isAsked(): Promise<void>;
  isWaiting(): Promise<SessionDoc>;
  isSynced(): Promise<SessionDoc>;
}

/** @param app The app of another member: the same for both. */
export async function join(
  world: World,
  test: Test,
  { company, of, hold = true }: { company: string; of?: Member; hold?: boolean },
): Promise<Member> {
  const app = of?.app ?? (await startPagedApp<string>({ resources: { orders: pagedRows(5) } }));
  if (of === undefined) {
    app.faults.hold = hold;
    test.after(async () => {
      app.release();
      await app.stop();
    });
  }
  const known = of === undefined ? undefined : (await world.stores.connections.get(of.id))?.app;
  const definition = pagedDefinition({ id: known ?? `app${randomBytes(4).toString('hex')}` });
  const connection = await world.started({ definition, baseUrl: app.url, company });
  const { _id: id } = connection;
  const member: Member = {
    id,
    app,
    start: () => world.sessions().startSession(connection, { kind: 'load', by: tester }),
    async works() {
      const before = app.asked.length;
      await member.start();
      await asked(app, before);
    },
    async waits() {
      await member.start();
      return member.isWaiting();
    },
    isAsked: () => asked(app, 0),
    isWaiting: () => world.reaches(id, 2, ({ waitingFor }) => waitingFor != null),
    isSynced: () => world.reaches(id, 19),
  };
  return member;
}

const asked = (app: PagedApp<string>, before: number): Promise<void> =>
  until('the app asked', async () =>
    app.asked.length > before ? { found: undefined } : { seen: `${app.asked.length} pages` },
  );

/** Who is in the room, by connection. */
export async function room(world: World): Promise<Record<string, string>> {
  const turns = await world.stores.slots.turns();
  return Object.fromEntries(turns.map(({ connectionId, state }) => [connectionId, state]));
}

/** The room is empty: everybody gave back what they had. */
export const isEmpty = (world: World): Promise<void> =>
  until('the room empty', async () => {
    const now = await room(world);
    return Object.keys(now).length === 0 ? { found: undefined } : { seen: JSON.stringify(now) };
  });

export const keeperOf = (world: World, caps: SessionCaps) =>
  createSlotKeeper({
    client: world.client,
    stores: world.stores,
    caps,
    log: pino({ level: 'silent' }),
  });

export const terminate = (world: World, id: string): Promise<unknown> =>
  world.client.workflow.getHandle(sessionWorkflowId(id)).terminate('by the test');

/** What the Temporal Web UI shows of the session. */
export async function details(world: World, id: string): Promise<string> {
  const handle = world.client.workflow.getHandle(sessionWorkflowId(id));
  const { currentDetails } = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  assert.ok(currentDetails);
  return currentDetails;
}
