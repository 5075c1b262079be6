import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { imbalance } from '../../domain/ledger.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { seeded } from '../kill/rows.ts';
import type { Write, WritePoint } from '../kill/store-wire.ts';
import { createMortal, type Mortal } from '../kill/support.ts';
import { type PagedApp, pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';

const definition = pagedDefinition({ incremental: false, deduplication: true });
const people = 120;
/** Two records for each person in one connection, one in the other, and some that only it has. */
const rowsOfOne = pagedRows(2 * people).map((row, index) => ({
  ...row,
  email: `person${index % people}@example.com`,
}));
const rowsOfTwo = pagedRows(people + 30, 5_000).map((row, index) => ({
  ...row,
  email: `person${index}@example.com`,
}));
const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

/** The n-th write of a pass across connections, or of the one that follows it in the other connection. */
function writeOfPass(nth: number, when: WritePoint['when']): WritePoint {
  let isBegun = false;
  const matches = ({ collection }: Write): boolean => {
    isBegun ||= collection === 'acrossLeases';
    return isBegun && /^(merge\w+\.|across|records\.|changes$)/.test(collection);
  };
  return { matches, nth, when };
}

type Pair = readonly [one: ConnectionDoc, two: ConnectionDoc];

describe('sessions of two connections of a company whose worker is killed twice while it compares them', () => {
  let world: World;
  let mortal: Mortal;
  let app: PagedApp;
  const pairs = new Map<number, Pair>();
  let undisturbed: readonly string[] = [];

  const load = async (connection: ConnectionDoc, rows: typeof rowsOfOne) => {
    app.rows.orders = rows;
    await world
      .sessions({ heartbeatMs: 1_000, quickMs: 3_000 })
      .startSession(connection, { kind: 'load', by: tester });
  };
  const across = ({ company, app: id }: ConnectionDoc) => world.stores.across.of(company, id, 'orders');
  /** Waits until no session is left that was asked for. */
  const rest = async (pair: Pair) => {
    await until(
      'both connections to rest',
      async () => {
        const todos = await across(pair[0]).todos.count();
        const latest = await Promise.all(pair.map(({ _id }) => world.latest(_id)));
        const isOver =
          todos === 0 && latest.every(({ status, closedAt }) => status === 19 && closedAt !== null);
        return isOver
          ? { found: true }
          : { seen: `${todos} to do, at ${latest.map(({ status }) => status).join(' and ')}` };
      },
      150_000,
    );
  };
  /** What is left of both, without their names. */
  const leftOf = async (pair: Pair): Promise<readonly string[]> => {
    const lines: string[] = [];
    const plain = (text: string) => text.replaceAll(pair[0]._id, 'one').replaceAll(pair[1]._id, 'two');
    for (const { _id, generation } of pair) {
      const { records, merges } = world.stores;
      const at = [_id, generation, 'orders'] as const;
      for await (const one of records.of(...at).stream())
        lines.push(`${_id}/${one._id} ${JSON.stringify(one.data)}`);
      for await (const one of merges.of(...at).members.stream())
        lines.push(`member ${_id}/${one._id} ${one.survivor} ${one.away} ${one.record?.fingerprint}`);
      for await (const one of merges.of(...at).groups.stream())
        lines.push(`group ${_id}/${one._id} ${one.keys} ${one.others} ${one.away} ${one.matchedBy}`);
      const { latestSession } = (await world.stores.connections.get(_id)) ?? { latestSession: 0 };
      for (let n = 1; n <= latestSession; n++)
        for (const run of await world.stores.structuring.many(`${_id}.${n}`, ['orders']))
          assert.equal(imbalance(run.ledger), null);
    }
    for await (const { _id, group } of across(pair[0]).nodes.stream()) lines.push(`node ${_id} ${group}`);
    for await (const { _id, nodes } of across(pair[0]).groups.stream()) lines.push(`all ${_id} ${nodes}`);
    return lines.map(plain).sort();
  };

  before(
    async () => {
      world = await startWorld({ batchRows: 600 });
      app = await startPagedApp({ resources: { orders: [] }, pageSize: 600 });
      const install = async (n: number): Promise<Pair> => {
        const company = `compared-${n}`;
        const make = (name: string) =>
          world.started({ definition, baseUrl: app.url, company, id: `c${n}-${name}` });
        const pair = [await make('one'), await make('two')] as const;
        await world.stores.companies.compareConnections(company, true);
        await load(pair[0], rowsOfOne);
        await world.reaches(pair[0]._id, 19);
        await world.closes(pair[0]._id);
        return pair;
      };
      const calm = await install(0);
      for (const seed of seeds) pairs.set(seed, await install(seed));
      await load(calm[1], rowsOfTwo);
      await world.closes(calm[1]._id);
      await rest(calm);
      undisturbed = await leftOf(calm);
      await Promise.all([world.stopWorker(), world.stopPool()]);
      mortal = await createMortal(world, [definition]);
      mortal.start();
    },
    { timeout: 600_000 },
  );
  after(async () => {
    await mortal?.stop();
    await app?.stop();
    await world?.stop();
  });

  for (const seed of seeds) {
    const random = seeded(seed);
    const point = (most: number) =>
      writeOfPass(1 + Math.floor(random() * most), random() < 0.5 ? 'before' : 'after');
    const kills = [point(22), point(6)] as const;
    const when = kills.map((kill) => `${kill.when} write ${kill.nth}`).join(', then ');
    it(`seed ${seed}: ends in the same records of both (${when})`, { timeout: 180_000 }, async () => {
      const pair = pairs.get(seed);
      assert.ok(pair);
      for (const one of pair) await mortal.grant(one);
      const dead = mortal.killAt(kills[0]);
      await load(pair[1], rowsOfTwo);
      await dead;
      const deadAgain = mortal.killAt(kills[1]);
      mortal.start();
      await deadAgain;
      mortal.start(seed === seeds.at(-1) ? 'last' : undefined);
      await world.closes(pair[1]._id);
      await rest(pair);
      assert.deepEqual(await leftOf(pair), undisturbed);
    });
  }
});
