import { type Actor, type SessionDurations, workflowTypes } from '../../domain/contracts.ts';
import type { JsonValue } from '../../domain/json.ts';
import { scheduleIdOf, type TickInput } from '../../domain/ticks.ts';
import {
  type PagedApp,
  type PagedAppOptions,
  pagedCredentials,
  pagedDefinition,
  pagedRows,
  startPagedApp,
} from '../support/paged-app.ts';
import type { PagedDefinitionOptions } from '../support/paged-definition.ts';
import type { World } from '../support/world.ts';

const tester: Actor = { kind: 'person', id: 'tester' };

/** Of the scenario that has a tick; Schedules add the time to it. */
export const tickWorkflowId = (connectionId: string): string =>
  `tick/${scheduleIdOf(connectionId, 'global')}`;

/** Brings sessions of a connection with this id through one flow, on a real engine, until their runs have ended. */
export type Scenario = (world: World, id: string) => Promise<void>;

interface Setting {
  readonly definition?: PagedDefinitionOptions;
  readonly app?: PagedAppOptions<string>;
  readonly durations?: Partial<SessionDurations>;
  /** Authorized and started already. @default true */
  readonly started?: boolean;
}

type Stage = Awaited<ReturnType<typeof stage>>;

async function stage(
  world: World,
  id: string,
  app: PagedApp,
  { definition, durations, started = true }: Setting,
) {
  const install = { definition: pagedDefinition({ id: `app-${id}`, ...definition }), baseUrl: app.url, id };
  const connection = await (started ? world.started(install) : world.configuring(install));
  const sessions = world.sessions(durations);
  return {
    world,
    app,
    connection,
    sessions,
    begin: () => sessions.startSession(connection, { kind: started ? 'load' : 'authorize', by: tester }),
    reaches: (...of: Parameters<World['reaches']> extends [string, ...infer Rest] ? Rest : never) =>
      world.reaches(id, ...of),
    call: async (name: 'retry' | 'cancel' | 'skip') =>
      sessions.call((await world.latest(id))._id, name, { by: tester, note: 'golden' }),
    credentials: (payload: JsonValue = pagedCredentials.bearer) =>
      world.deliver(connection, { kind: 'credentials', payload }, sessions),
    /** Until the run has ended in the status. */
    async ends(status: Parameters<World['reaches']>[1]) {
      await world.reaches(id, status);
      await world.closes(id);
    },
  };
}

const scenario =
  (setting: Setting, flow: (on: Stage) => Promise<void>): Scenario =>
  async (world, id) => {
    const app = await startPagedApp<string>({
      ...setting.app,
      resources: { orders: pagedRows(60), ...setting.app?.resources },
    });
    try {
      await flow(await stage(world, id, app, setting));
    } finally {
      await app.stop();
    }
  };

const twoResources: Setting = {
  definition: { resources: ['orders', 'customers'] },
  app: { resources: { customers: pagedRows(40) } },
};

/** The flows whose histories are kept, by name; each history must replay on later code. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  'happy-first': scenario({ started: false }, async (on) => {
    await on.begin();
    await on.reaches(6);
    await on.credentials();
    await on.ends(19);
  }),
  'happy-refresh': scenario(twoResources, async (on) => {
    await on.begin();
    await on.ends(19);
    await on.begin();
    await on.ends(19);
  }),
  aggregator: scenario({ definition: { aggregator: 'first' } }, async (on) => {
    await on.begin();
    await on.reaches(25);
    await on.world.deliver(on.connection, { kind: 'webhook', event: 'orders.ready' });
    await on.ends(19);
  }),
  'webhook-too-late': scenario(
    { definition: { aggregator: 'first' }, durations: { webhookWaitMs: 300 } },
    async (on) => {
      await on.begin();
      await on.reaches(23);
      await on.world.deliver(on.connection, { kind: 'webhook', event: 'orders.ready' });
      await on.ends(19);
    },
  ),
  deduplication: scenario({ definition: { deduplication: true } }, async (on) => {
    on.app.rows.orders?.push({ ...pagedRows(1)[0], id: 'same' });
    await on.begin();
    await on.ends(19);
  }),
  'authorization-failed': scenario({ started: false }, async (on) => {
    await on.begin();
    await on.reaches(6);
    await on.credentials({ kind: 'bearer', token: 'wrong' });
    await on.reaches(7);
    await on.call('retry');
    await on.credentials();
    await on.ends(19);
  }),
  'authorization-timed-out': scenario({ started: false, durations: { linkValidMs: 1_000 } }, async (on) => {
    await on.begin();
    await on.reaches(20);
    await on.call('retry');
    await on.credentials();
    await on.ends(19);
  }),
  'loading-error': scenario(twoResources, async (on) => {
    on.app.faults.fail = { count: 1, status: 400, resource: 'customers' };
    await on.begin();
    await on.reaches(11);
    await on.call('retry');
    await on.ends(19);
  }),
  'no-progress': scenario({ durations: { noProgressMs: 400 } }, async (on) => {
    on.app.faults.hold = true;
    await on.begin();
    await on.reaches(23);
    on.app.release();
    await on.call('retry');
    await on.ends(19);
  }),
  'structuring-error': scenario({}, async (on) => {
    on.app.rows.orders?.push(...pagedRows(20, 100).map(({ id }) => ({ id: id as string })));
    await on.begin();
    await on.reaches(14);
    on.world.definitions.set(on.connection.app, lenient(on.connection.app));
    await on.call('retry');
    await on.ends(19);
  }),
  replayed: scenario({}, async (on) => {
    on.app.rows.orders?.push(...pagedRows(3, 100).map(({ id }) => ({ id: id as string })));
    await on.begin();
    await on.ends(19);
    on.world.definitions.set(on.connection.app, lenient(on.connection.app));
    const scope = { resources: ['orders'], replay: { resource: 'orders' } };
    await on.sessions.requestSession(on.connection, { by: tester, scope });
    await on.world.reaches(on.connection._id, 19, ({ number }) => number === 2);
    await on.ends(19);
  }),
  'waiting-for-turn': scenario({}, async (on) => {
    const definition = on.world.definitions.get(on.connection.app);
    if (definition === undefined) throw new Error('no definition');
    const limited = { ...definition, rateLimit: { sessions: 1 } };
    const id = `${on.connection._id}-first`;
    const first = await on.world.started({ definition: limited, baseUrl: on.app.url, id });
    on.app.faults.hold = true;
    await on.sessions.startSession(first, { kind: 'load', by: tester });
    await on.world.reaches(id, 2);
    await on.begin();
    await on.reaches(2, ({ waitingFor }) => waitingFor != null);
    on.app.release();
    await on.ends(19);
  }),
  'processing-error': scenario({}, async (on) => {
    await on.begin();
    await on.ends(19);
    // What monitoring learns from is damaged.
    const runs = on.world.stores.db.collection<{ _id: string }>('ingestionRuns');
    await runs.updateOne({ _id: `${on.connection._id}.1/orders` }, { $set: { ledger: null } });
    await on.begin();
    await on.reaches(17);
    await on.call('skip');
    await on.ends(19);
  }),
  'cancel-closes': scenario({}, async (on) => {
    on.app.faults.hold = true;
    await on.begin();
    await on.reaches(2);
    await on.call('cancel');
    await on.reaches(11);
    await on.call('cancel');
    await on.world.closes(on.connection._id);
  }),
  'held-and-released': scenario({}, async (on) => {
    on.app.faults.hold = true;
    await on.begin();
    await on.reaches(2);
    await on.sessions.hold(on.connection._id);
    await on.reaches(2, ({ held }) => held !== null);
    on.app.release();
    await on.sessions.release(on.connection._id);
    await on.ends(19);
  }),
  revoked: scenario({}, async (on) => {
    on.app.faults.revoked = true;
    await on.begin();
    await on.ends(8);
  }),
  'decision-window-over': scenario({ durations: { decisionWindowMs: 300 } }, async (on) => {
    on.app.faults.fail = { count: 1, status: 400 };
    await on.begin();
    await on.reaches(11);
    await on.world.closes(on.connection._id);
  }),
  paused: scenario({}, async (on) => {
    await pause(on);
    // Its history is the pause's: the session goes on without another procedure.
    await on.sessions.release(on.connection._id);
    await on.ends(19);
  }),
  resumed: scenario({}, async (on) => {
    await pause(on);
    const connection = await on.world.stores.connections.get(on.connection._id);
    await on.sessions.procedure(connection ?? on.connection, { name: 'resume', by: tester });
    await on.ends(19);
  }),
  ticked: scenario({}, async (on) => {
    const { _id: connectionId } = on.connection;
    await on.world.stores.connections.change(connectionId, () => ({
      schedule: { kind: 'INTERVAL', every: '1h' },
    }));
    const input: TickInput = { connectionId, configuration: 'global' };
    const { client, taskQueue } = on.world;
    const workflowId = tickWorkflowId(connectionId);
    await client.workflow.execute(workflowTypes.tick, { workflowId, taskQueue, args: [input] });
    await on.ends(19);
  }),
  finalized: scenario({}, async (on) => {
    // The wizard stands before its last step, and no session is held in 9.
    const { connections } = on.world.stores;
    const connection = await connections.change(on.connection._id, () => ({
      status: 'CONFIGURING',
      configurationStatus: 'CONNECTED',
    }));
    await on.sessions.procedure(connection, { name: 'finalizeConfiguration', by: tester });
    await on.ends(19);
  }),
  disconnect: scenario({}, async (on) => {
    on.app.faults.hold = true;
    await on.begin();
    await on.reaches(2);
    await on.sessions.disconnect(on.connection, { by: tester, keepData: false });
    await on.world.closes(on.connection._id);
  }),
};

/** Pauses in the middle of loading. */
async function pause(on: Stage): Promise<void> {
  on.app.faults.hold = true;
  await on.begin();
  await on.reaches(2);
  await on.sessions.procedure(on.connection, { name: 'pause', by: tester });
  on.app.release();
}

/** The definition as a person mends it: rows need nothing but their key. */
function lenient(id: string) {
  const definition = pagedDefinition({ id });
  return {
    ...definition,
    resources: definition.resources.map((resource) => ({ ...resource, schema: { type: 'object' } })),
  };
}
