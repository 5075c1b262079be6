import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { SessionsPort } from '../../client/sessions-port.ts';
import {
  type ConfigurationEvent,
  type ConfigurationStatus,
  type ConnectionStatus,
  configurationMachine,
  configurationStatuses,
  connectionStatuses,
} from '../../domain/connection.ts';
import { lifecycleWorkflowId, workflowTypes } from '../../domain/contracts.ts';
import type { JsonObject } from '../../domain/json.ts';
import { type ProcedureResult, type RunningProcedure, runningProcedures } from '../../domain/lifecycle.ts';
import { guardProcedure } from '../../domain/procedures.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { type PagedApp, pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { connectionOf } from './scene.ts';

interface Case {
  readonly name: RunningProcedure;
  readonly status: ConnectionStatus;
  readonly configurationStatus: ConfigurationStatus;
  readonly given: JsonObject;
}

interface Call {
  readonly given: JsonObject;
  /** Null: it stays. */
  readonly to: ConnectionStatus | null;
  /** What it is to the wizard. */
  readonly event?: ConfigurationEvent;
}

const prerequisites = [{ id: 'admin', text: 'You are an administrator.' }];
const event = 'completePrerequisites';

/** What each procedure is called with, and where it leads to. */
const calls: Readonly<Record<RunningProcedure, readonly Call[]>> = {
  updatePrerequisite: [{ given: { id: 'admin', done: true }, to: null, event }],
  markAllPrerequisitesDone: [{ given: {}, to: null, event }],
  completePrerequisitesStep: [{ given: {}, to: null, event }],
  configureConnector: [{ given: { timeZone: 'Europe/Berlin' }, to: null, event: 'configure' }],
  setConnectionConfiguration: [{ given: { parameters: {} }, to: null, event: 'connect' }],
  finalizeConfiguration: [{ given: {}, to: 'STARTED', event: 'finalize' }],
  resetConfiguration: [{ given: {}, to: null, event: 'reset' }],
  connectAgain: [{ given: {}, to: 'CONFIGURING', event: 'connectAgain' }],
  updateResource: [{ given: { resource: 'orders', enabled: true }, to: null }],
  pause: [{ given: {}, to: 'PAUSED' }],
  resume: [{ given: {}, to: 'STARTED' }],
  recover: [
    { given: { to: 'STARTED' }, to: 'STARTED' },
    { given: { to: 'PAUSED' }, to: 'PAUSED' },
  ],
  updateSettings: [{ given: { timeZone: 'Europe/Berlin' }, to: null }],
  updatePool: [{ given: { pool: 'large' }, to: null }],
  updateConnectionConfiguration: [{ given: { parameters: {} }, to: null }],
};

const cases: readonly Case[] = runningProcedures.flatMap((name) =>
  connectionStatuses.flatMap((status) =>
    configurationStatuses.flatMap((configurationStatus) =>
      calls[name].map(({ given }) => ({ name, status, configurationStatus, given })),
    ),
  ),
);

/** Runs `each` over all, a few at a time. */
async function sideBySide<T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await each(item);
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

describe('every procedure in every status and configuration status', () => {
  let world: World;
  let app: PagedApp<'orders'>;
  let port: SessionsPort;
  before(async () => {
    world = await startWorld();
    app = await startPagedApp({ resources: { orders: pagedRows(1) } });
    port = world.sessions();
  });
  after(async () => {
    await app.stop();
    await world.stop();
  });

  async function put({
    status,
    configurationStatus,
  }: Pick<Case, 'status' | 'configurationStatus'>): Promise<ConnectionDoc> {
    const definition = { ...pagedDefinition(), prerequisites };
    const { _id } = await world.started({ definition, baseUrl: app.url });
    const account = app.account;
    const code = status === 'DISCONNECTED' ? { ownCode: 26 as const } : {};
    return world.stores.connections.change(_id, () => ({ status, configurationStatus, account, ...code }));
  }
  const titled = ({ name, status, configurationStatus }: Case) =>
    `${name} in ${status} / ${configurationStatus}`;
  const unchanged = async ({ _id, seq }: ConnectionDoc, title: string) =>
    assert.equal((await connectionOf(world, _id)).seq, seq, `${title}: the connection was written`);

  it('does what the table says where the table takes it', async () => {
    const taken = cases.filter((one) => guardProcedure(one.name, one).responseCode === 'OK');
    assert.ok(taken.length >= 80);
    await sideBySide(taken, async (one) => {
      const connection = await put(one);
      const outcome = await port.procedure(connection, { name: one.name, by: tester, arguments: one.given });
      assert.ok(!outcome.pending, titled(one));
      const { responseCode, status, configurationStatus } = outcome.result;
      const call = calls[one.name].find(({ given }) => given === one.given);
      const to = call?.to ?? one.status;
      const move = call?.event && configurationMachine.advance(one.configurationStatus, call.event);
      assert.deepEqual(
        { responseCode, status, configurationStatus },
        {
          ...{ responseCode: 'OK', status: to },
          configurationStatus: move?.ok ? move.to : one.configurationStatus,
        },
        titled(one),
      );
      assert.equal((await connectionOf(world, connection._id)).status, to, titled(one));
    });
  });

  it('is refused by name where the table does not, and nothing is written', async () => {
    const refused = cases.filter((one) => guardProcedure(one.name, one).responseCode !== 'OK');
    const stages = new Map<string, Promise<ConnectionDoc>>();
    const stageOf = (one: Case) => {
      const key = `${one.status} ${one.configurationStatus}`;
      const stage = stages.get(key) ?? put(one);
      stages.set(key, stage);
      return stage;
    };
    await sideBySide(refused, async (one) => {
      const connection = await stageOf(one);
      const { responseCode, message } = guardProcedure(one.name, one);
      await assert.rejects(
        port.procedure(connection, { name: one.name, by: tester, arguments: one.given }),
        (error: Error & { code: string; details: object }) => {
          assert.equal(error.code, 'PROCEDURE_REFUSED', titled(one));
          assert.equal(error.message, message);
          assert.deepEqual(error.details, {
            responseCode,
            current: one.status,
            configurationStatus: one.configurationStatus,
          });
          return true;
        },
      );
      await unchanged(connection, titled(one));
    });
  });

  it('is refused by its first activity too, when the status changed after the call was taken', async () => {
    const refused = cases.filter(
      (one) =>
        guardProcedure(one.name, one).responseCode !== 'OK' &&
        one.status !== 'DISCONNECTED' &&
        // One of each kind: the same lines refuse them all.
        (one.status === 'STARTED' || one.name === 'pause' || one.name === 'updatePool') &&
        one.configurationStatus === 'FINALIZED',
    );
    await sideBySide(refused, async (one) => {
      const connection = await put(one);
      const { _id: connectionId, generation } = connection;
      const { number } = await world.stores.procedures.allocate(
        {
          ...{ connectionId, generation, name: one.name, by: tester, note: null },
          arguments: one.given,
          startedAt: new Date(),
        },
        0,
      );
      const result = await world.client.workflow.execute(workflowTypes.procedure, {
        workflowId: lifecycleWorkflowId(connectionId),
        taskQueue: world.taskQueue,
        args: [{ connectionId, number, heartbeatMs: 3_000 }],
      });
      const expected: ProcedureResult = {
        ...guardProcedure(one.name, one),
        status: one.status,
        configurationStatus: one.configurationStatus,
      };
      assert.deepEqual(result, expected, titled(one));
      assert.deepEqual((await world.stores.procedures.get(connectionId, number))?.answer, expected);
      await unchanged(connection, titled(one));
    });
  });
});
