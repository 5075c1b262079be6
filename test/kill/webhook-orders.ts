import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { begin, endOf, happened, nameOf, type Order, type Player, timesOut } from '../session/hook-orders.ts';
import { createPlayer } from '../session/hook-players.ts';
import { type HookApi, startHookApi, withHooks } from '../session/hook-scene.ts';
import { type PagedApp, pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { startWorld, type World } from '../support/world.ts';
import { createMortal, leftBy, type Mortal } from './support.ts';

/** Long enough for a new worker to come up before a wait is over. */
const webhookWaitMs = 6_000;

/**
 * Sessions that live through these orders side by side on one worker process, which is killed between each two steps.
 * One hook: the first is enough; several: each resource sends its own.
 */
export function describeKilledBetween(hooks: number, orders: readonly Order[]): void {
  describe(`${hooks} hook(s) in ${orders.length} orders, the worker killed between each two steps`, () => {
    let world: World;
    let mortal: Mortal;
    let app: PagedApp<string>;
    let api: HookApi;
    const players: Player[] = [];
    const resources = ['orders', 'customers'].slice(0, hooks);
    const aggregator = hooks === 1 ? 'first' : 'all';
    const definition = withHooks(pagedDefinition({ aggregator, resources }));

    before(
      async () => {
        world = await startWorld({}, [], { workers: false });
        const rows = Object.fromEntries(resources.map((resource) => [resource, pagedRows(10)]));
        app = await startPagedApp({ resources: rows, pageSize: 100 });
        api = await startHookApi(world, { deaf: true });
        mortal = await createMortal(world, [definition]);
        for (const order of orders) {
          const player = await createPlayer(world, api, { definition, baseUrl: app.url, resources, order });
          await mortal.grant(player.connection);
          players.push(player);
        }
        const steps = orders[0]?.length ?? 0;
        for (let step = 0; step < steps; step++) {
          mortal.start();
          const doing = players.map((player) => ({ player, what: player.order[step] as Order[number] }));
          await Promise.all(doing.map(({ player, what }) => begin(world, player, what, webhookWaitMs)));
          // One after the other: looking at all of them at once would keep the store from its work.
          for (const { player, what } of doing) await happened(world, player, what);
          await mortal.kill();
        }
        mortal.start('last');
      },
      { timeout: 180_000 },
    );
    after(async () => {
      await mortal?.stop();
      await api?.stop();
      await app?.stop();
      await world?.stop();
    });

    let first: Awaited<ReturnType<typeof leftBy>> | undefined;
    for (const [index, order] of orders.entries()) {
      it(nameOf(order), { timeout: 120_000 }, async () => {
        const player = players[index];
        assert.ok(player);
        const session = await endOf(world, player);
        const path = await world.path(session._id);
        // A wait that is taken up again may end once more before the next hook is told.
        assert.match(path.join(' '), /^(25 23 )*25 2 12 13 15 16 18 19$/);
        assert.equal(path.includes(23), timesOut(order));
        const left = await leftBy(world, session);
        first ??= left;
        assert.deepEqual(left, first, 'the same records and counts in every order');
        assert.equal(left.orders?.ledger.read, 10);
      });
    }
  });
}
