import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { createDispatcher } from '../../client/dispatcher.ts';
import type { SessionCaps } from '../../domain/slots.ts';
import { startLifecycles } from '../lifecycle/scene.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { details, isEmpty, join, keeperOf, room, terminate } from './scene.ts';

const caps: SessionCaps = { company: 2, app: 1, pool: 3 };

describe('sessions that work at a time', () => {
  let world: World;
  before(async () => {
    world = await startWorld({}, [], { caps });
  });
  after(() => world.stop());

  it('wait for their turn where their app has as many as it may, and say so everywhere', async (t) => {
    const first = await join(world, t, { company: 'acme' });
    const second = await join(world, t, { company: 'bolt', of: first });
    const third = await join(world, t, { company: 'cove', of: first });
    const { api, stop } = await startLifecycles(world);
    t.after(stop);
    await first.works();
    const waiting = await second.waits();
    assert.equal(waiting.waitingFor?.cap, 'app');
    await third.waits();

    const connection = await api.getConnection(second.id);
    assert.equal(connection.label, 'Waiting for its turn');
    assert.equal(connection.code, 2);
    assert.equal(connection.latestSession?.reason, 'WAITING_FOR_SLOT');
    assert.equal((await api.getSession(`${third.id}.1`)).waitingFor?.place, 2);
    const why = await api.why(`${second.id}.1`);
    assert.match(why.sentence, /place 1 in the queue.*of app app\w+ work.*MAX_SESSIONS_PER_APP/);
    assert.match(await details(world, second.id), /waits for its turn, place 1/);
    assert.equal(first.app.asked.length, 1);

    // A person's cancel works there as anywhere, and the place in the queue is given up.
    const canceled = await world
      .sessions()
      .call(`${second.id}.1`, 'cancel', { by: { kind: 'person', id: 'ada' } });
    assert.equal(canceled.code, 11);
    assert.equal((await api.getSession(`${third.id}.1`)).waitingFor?.place, 1);
    first.app.release();
    await first.isSynced();
    const last = await third.isSynced();
    assert.equal(last.waitingFor, null);
    assert.deepEqual(await world.path(last._id), [2, 12, 13, 15, 16, 18, 19]);
    await isEmpty(world);
  });

  it('are served by company in turn where their pool is full', async (t) => {
    const [a1, a2, a3] = [
      await join(world, t, { company: 'acme' }),
      await join(world, t, { company: 'acme' }),
      await join(world, t, { company: 'acme' }),
    ];
    const [c1, c2] = [await join(world, t, { company: 'cove' }), await join(world, t, { company: 'cove' })];
    const b1 = await join(world, t, { company: 'bolt' });
    for (const member of [a1, a2, c1]) await member.works();
    assert.equal((await a3.waits()).waitingFor?.cap, 'company');
    assert.equal((await c2.waits()).waitingFor?.cap, 'pool');
    assert.equal((await b1.waits()).waitingFor?.place, 1);

    a1.app.release();
    await b1.isAsked();
    assert.equal(c2.app.asked.length + a3.app.asked.length, 0);
    // Of companies with as many at work, who came first. Paused, it stands and needs no slot; on resume it takes its turn again.
    await world.sessions().hold(b1.id);
    await a3.isAsked();
    assert.equal(c2.app.asked.length, 0);
    await world.sessions().release(b1.id);
    assert.equal((await b1.isWaiting()).waitingFor?.cap, 'pool');
    for (const member of [a2, a3, b1, c1, c2]) member.app.release();
    for (const member of [a1, a2, a3, b1, c1, c2]) await member.isSynced();
    await isEmpty(world);
  });

  it('leave their slots to others when they are ended from outside, even while no worker lives', async (t) => {
    const first = await join(world, t, { company: 'acme' });
    const second = await join(world, t, { company: 'bolt', of: first });
    const keeper = keeperOf(world, caps);
    await first.works();
    await second.waits();
    await keeper.look();
    assert.deepEqual(await room(world), { [first.id]: 'working', [second.id]: 'waiting' });

    await world.stopWorker();
    await terminate(world, first.id);
    const log = pino({ level: 'silent' });
    const { stores } = world;
    const dispatcher = createDispatcher({ stores, sessions: world.sessions(), slots: keeper, log });
    dispatcher.start();
    t.after(() => dispatcher.stop());
    await until('the slot granted', async () => {
      const now = await room(world);
      return now[second.id] === 'granted' ? { found: now } : { seen: JSON.stringify(now) };
    });
    await world.startWorker();
    second.app.release();
    await second.isSynced();
    // The one that was cut off goes on where it stood.
    await first.start();
    await first.isSynced();
    await isEmpty(world);
  });
});
