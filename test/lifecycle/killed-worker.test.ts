import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ConnectionDoc } from '../../stores/model.ts';
import { collections } from '../../stores/names.ts';
import type { Write } from '../kill/store-wire.ts';
import { createMortal, type Mortal } from '../kill/support.ts';
import { type PagedApp, pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { connectionOf, ended, type Lifecycles, startLifecycles } from './scene.ts';

const to = (collection: string) => (write: Write) => write.collection === collection;

describe('a worker that is killed in the middle of a procedure', () => {
  let world: World;
  let lifecycles: Lifecycles;
  let app: PagedApp<'orders'>;
  let mortal: Mortal;
  let connection: ConnectionDoc;
  before(async () => {
    world = await startWorld({}, [], { workers: false });
    lifecycles = await startLifecycles(world, world.sessions({ quickMs: 3_000 }));
    app = await startPagedApp({ resources: { orders: pagedRows(30) }, pageSize: 10 });
    const definition = pagedDefinition();
    mortal = await createMortal(world, [definition]);
    connection = await world.started({ definition, baseUrl: app.url });
    await mortal.grant(connection);
  });
  after(async () => {
    await mortal.stop();
    await lifecycles.stop();
    await app.stop();
    await world.stop();
  });

  it('in PAUSING and in STARTING: the procedure completes when another one comes, no row is lost', async () => {
    const { api } = lifecycles;
    const { _id: id } = connection;
    app.faults.hold = true;
    mortal.start();
    await world.sessions({ quickMs: 3_000 }).startSession(connection, { kind: 'load', by: tester });
    await until('a request', async () => (app.waiting() > 0 ? { found: true } : { seen: 'none' }));

    // The session is about to write that it is held.
    const inPausing = mortal.killAt({ matches: to(collections.sessions), nth: 1, when: 'before' });
    const pausing = api.pause(id);
    await inPausing;
    assert.equal((await connectionOf(world, id)).status, 'PAUSING');
    mortal.start();
    const paused = await pausing;
    await until('PAUSED', async () => {
      const { status } = await connectionOf(world, id);
      return status === 'PAUSED' ? { found: true } : { seen: status };
    });
    if (!('pending' in paused)) assert.equal(ended(paused).responseCode, 'OK');
    assert.equal((await world.latest(id)).held, 'CONNECTION_PAUSED');
    app.release();

    // The fence is the first write to the connection, STARTING the second.
    const inStarting = mortal.killAt({ matches: to(collections.connections), nth: 2, when: 'after' });
    const starting = api.resume(id);
    await inStarting;
    assert.equal((await connectionOf(world, id)).status, 'STARTING');
    mortal.start();
    await starting;
    await world.reaches(id, 19);
    await until('STARTED', async () => {
      const { status } = await connectionOf(world, id);
      return status === 'STARTED' ? { found: true } : { seen: status };
    });
    assert.equal(await world.stores.records.of(id, 1, 'orders').count(), 30);
    assert.deepEqual(
      (await api.listProcedures(id)).procedures.map(({ procedure, answer }) => [
        procedure,
        answer?.responseCode,
      ]),
      [
        ['resume', 'OK'],
        ['pause', 'OK'],
      ],
    );
  });

  it('right after STARTED / FINALIZED: finalizing completes, and the first session starts', async () => {
    const { _id: id } = connection;
    await world.closes(id);
    const { latestSession } = await world.stores.connections.change(id, () => ({
      status: 'CONFIGURING',
      configurationStatus: 'CONNECTED',
    }));
    // The fence is the first write to the connection.
    const killed = mortal.killAt({ matches: to(collections.connections), nth: 2, when: 'after' });
    const finalizing = lifecycles.api.finalize(id);
    await killed;
    assert.equal((await connectionOf(world, id)).status, 'STARTED');
    mortal.start('last');
    await finalizing;
    await world.reaches(id, 19, ({ number }) => number === latestSession + 1);
  });
});
