import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { coarse } from '../../activities/processing/benchmarking/disclosure.ts';
import { readBenchmark } from '../../activities/processing/benchmarking/standings.ts';
import type { Figure, Standing } from '../../domain/benchmark.ts';
import { benchmarkGroupId, figuresId } from '../../stores/figures.ts';
import { at, connectionDoc, newId, openTestStores } from '../stores/support.ts';

const stores = await openTestStores();
const day = (days: number) => new Date(at.getTime() + days * 86_400_000);

const figure = (value: number | null, more: Partial<Figure> = {}): Figure => ({
  ...{ id: 'sales/growth', metric: 'sales', name: 'Sales', kind: 'growth', grain: 'month', entity: null },
  ...{ currency: 'USD', better: 'up', value, gap: value === null ? 'ZERO_BEFORE' : null },
  ...{ from: '2025-01-01', to: '2025-12-31', ...more },
});

/** Companies of an app of their own; each has one connection. */
function openGroup(minimumGroup = 4) {
  const app = newId('app');
  const definition = { benchmark: { minimumGroup } };
  const own = (name: string) => `${app}-${name}`;
  const group = {
    app,
    own,
    async joins(name: string, value: number | null, days = 0, segment: string | null = null): Promise<void> {
      await stores.connections.create(connectionDoc(own(name), { app, company: name, status: 'STARTED' }));
      await group.has(name, value, days, { segment });
    },
    async has(
      name: string,
      value: number | null,
      days: number,
      { segment = null, ...more }: Partial<Figure> & { readonly segment?: string | null } = {},
    ): Promise<void> {
      const connectionId = own(name);
      await stores.figures.put({
        ...{ _id: figuresId(connectionId, 1), connectionId, company: name, app, segment },
        ...{ figures: [figure(value, more)], sessionId: `${connectionId}.1`, madeAt: day(days) },
      });
    },
    async leaves(name: string): Promise<void> {
      await stores.connections.change(own(name), () => ({ status: 'DISCONNECTED' }));
      const owner = { connectionId: own(name), generation: 1, resources: [] };
      assert.deepEqual(await stores.compare(owner, await stores.purge(owner, { keepData: true })), []);
    },
    /** What is told to a company, all of it. */
    async sees(name: string, days: number): Promise<Standing> {
      const connection = await stores.connections.get(own(name));
      assert.ok(connection);
      const [standing] = (await readBenchmark(stores, definition, connection, day(days))).standings;
      assert.ok(standing);
      return standing;
    },
    stored: async () => (await stores.figures.groups([benchmarkGroupId(app, null, figure(0))]))[0],
  };
  return group;
}

const four = async () => {
  const group = openGroup();
  for (const [index, name] of ['ada', 'ben', 'cy', 'dee'].entries())
    await group.joins(name, (index + 1) / 10);
  return group;
};
const place = ({ position, gap }: Standing) => gap ?? `${position?.part} of ${position?.of}`;

describe('a benchmark', () => {
  test('needs the smallest group, and the last company to come makes it for all', async () => {
    const group = openGroup();
    await group.joins('ada', 0.1);
    const alone = await group.sees('ada', 0);
    assert.deepEqual([alone.gap, alone.group], ['GROUP_TOO_SMALL', { size: 1, needed: 4, segment: null }]);
    await group.joins('ben', 0.2);
    await group.joins('cy', 0.3);
    assert.equal(place(await group.sees('ada', 0)), 'GROUP_TOO_SMALL');
    await group.joins('dee', 0.4);
    const all = await Promise.all(['ada', 'ben', 'cy', 'dee'].map((name) => group.sees(name, 0)));
    assert.deepEqual(all.map(place), ['1 of 2', '1 of 2', '2 of 2', '2 of 2']);
    assert.deepEqual(
      all.map(({ group: { size }, compared }) => [size, compared]),
      [0.1, 0.2, 0.3, 0.4].map((value) => [4, value]),
    );
  });

  test('is never made of fewer than three, whatever the definition says', async () => {
    const group = openGroup(1);
    await group.joins('ada', 0.1);
    await group.joins('ben', 0.2);
    assert.deepEqual((await group.sees('ada', 0)).group, { size: 2, needed: 3, segment: null });
    await group.joins('cy', null);
    assert.equal(place(await group.sees('ben', 0)), 'GROUP_TOO_SMALL');
    assert.equal(place(await group.sees('cy', 0)), 'ZERO_BEFORE');
    await group.joins('dee', 0.3);
    assert.equal(place(await group.sees('ada', 0)), '1 of 2');
  });

  test('counts a company with several connections once, by the newest', async () => {
    const group = await four();
    const second = `${group.own('ada')}-2`;
    await stores.connections.create(connectionDoc(second, { app: group.app, company: 'ada' }));
    const doc = { connectionId: second, company: 'ada', app: group.app, segment: null };
    const made = { figures: [figure(0.9)], sessionId: `${second}.1`, madeAt: day(1) };
    await stores.figures.put({ ...doc, ...made, _id: figuresId(second, 1) });
    const seen = await group.sees('ada', 1);
    assert.deepEqual([place(seen), seen.group.size, seen.value, seen.compared], ['2 of 2', 4, 0.1, 0.9]);
  });

  test('compares like with like: the same grain, time and currency, and figures of the last 90 days', async () => {
    const group = await four();
    await group.has('dee', 0.4, 0, { to: '2017-12-31' });
    assert.equal(place(await group.sees('dee', 0)), 'OTHER_PERIOD');
    assert.equal(place(await group.sees('ada', 0)), 'GROUP_TOO_SMALL');
    await group.has('dee', 0.4, 0, { id: 'sales/level/EUR' });
    assert.equal(place(await group.sees('ada', 0)), 'GROUP_TOO_SMALL');
    await group.has('dee', 0.4, 0, { grain: 'week' });
    assert.equal(place(await group.sees('ada', 0)), 'GROUP_TOO_SMALL');
    await group.has('dee', 0.4, 0);
    assert.equal(place(await group.sees('ada', 90)), '1 of 2');
    assert.equal(place(await group.sees('ada', 91)), 'TOO_OLD');
    for (const name of ['ada', 'ben', 'cy']) await group.has(name, 0.1, 91);
    assert.equal(place(await group.sees('ada', 91)), 'GROUP_TOO_SMALL');
  });

  test('is made of the same segment where that and the others are enough', async () => {
    const group = openGroup(3);
    for (const [index, name] of ['a', 'b', 'c'].entries()) await group.joins(name, index, 0, 'toys');
    await group.joins('d', 10, 0, 'food');
    await group.joins('e', 11, 0, 'food');
    const whole = await group.sees('c', 0);
    assert.deepEqual([whole.group.segment, whole.group.size], [null, 5]);
    await group.joins('f', 12, 0, 'food');
    const [toys, food] = [await group.sees('c', 0), await group.sees('d', 0)];
    assert.deepEqual([toys.group, place(toys)], [{ size: 3, needed: 3, segment: 'toys' }, '2 of 2']);
    assert.deepEqual([food.group, place(food)], [{ size: 3, needed: 3, segment: 'food' }, '1 of 2']);
  });
});

describe('somebody who wants to know a single other company learns nothing', () => {
  test('from two sessions, between which one other company changed', async () => {
    const group = await four();
    const before = await group.sees('ben', 0);
    for (const [days, value] of [5, -0.9, 0.21, 80].map((value, index) => [index * 20 + 8, value] as const)) {
      await group.has('dee', value, days);
      assert.deepEqual(await group.sees('ben', days), before);
    }
    // Nor when he has changed his own, and a third one has.
    await group.has('ben', 0.5, 80);
    await group.has('ada', 0.6, 80);
    const later = await group.sees('ben', 81);
    assert.deepEqual({ ...later, value: 0.2 }, before);
    // As many as the group needs have: now it is the difference of them all.
    await group.has('cy', 0.7, 81);
    assert.notEqual((await group.sees('ben', 81)).at, before.at);
  });

  test('from one that joins or leaves', async () => {
    const group = await four();
    const before = await group.sees('cy', 0);
    await group.joins('eve', 0.25, 9);
    assert.deepEqual(await group.sees('cy', 9), before);
    assert.equal(place(await group.sees('eve', 9)), 'NEXT_COMPARISON');
    await group.leaves('ada');
    assert.deepEqual(await group.sees('cy', 18), before);
    // Whoever left is in nothing any more, and a receipt finds nothing left.
    assert.deepEqual(
      (await group.stored())?.members.map(({ company }) => company),
      ['ben', 'cy', 'dee'],
    );
    assert.equal(await stores.figures.get(group.own('ada'), 1), null);
  });

  test('by trying out own values: one answer a comparison, of rounded values', async () => {
    const group = await four();
    const answers = new Set<string>();
    let [low, high] = [0, 1];
    for (let tries = 0; tries < 8; tries++) {
      const middle = (low + high) / 2;
      await group.has('ada', middle, 8 + tries);
      const { position, compared, at: made } = await group.sees('ada', 8 + tries);
      answers.add(JSON.stringify({ position, compared, made }));
      if (position?.part === 1) low = middle;
      else high = middle;
    }
    assert.equal(answers.size, 1);
    // He may even have all others change a little, every week, for as long as he likes.
    [low, high] = [0, 1];
    for (let week = 1; week <= 12; week++) {
      const middle = (low + high) / 2;
      const days = 30 + week * 7;
      await group.has('ada', middle, days);
      for (const [index, name] of ['ben', 'cy', 'dee'].entries())
        await group.has(name, (index + 2) / 10 + week * 1e-6, days);
      const { position, compared } = await group.sees('ada', days);
      assert.equal(compared, middle);
      if (position?.part === 1) low = middle;
      else high = middle;
    }
    // What he finds is the border of a rounding step, within which every value gives the same answers.
    assert.equal(coarse(0.3, 'growth'), 0.3);
    assert.ok(Math.abs(high - 0.3) <= 0.005 + 1e-9 && Math.abs(high - 0.3) > 0.004, String(high));
  });

  test('when so many leave that too few are left, nor when they come back', async () => {
    const group = await four();
    const before = await group.sees('ada', 0);
    await group.leaves('dee');
    assert.deepEqual(place(await group.sees('ada', 1)), 'GROUP_TOO_SMALL');
    const small = await group.sees('ada', 1);
    assert.deepEqual([small.position, small.compared, small.typical, small.at], [null, null, null, null]);
    await group.joins('eve', -5, 8);
    assert.deepEqual(await group.sees('ada', 8), before);
    assert.equal(place(await group.sees('eve', 8)), 'NEXT_COMPARISON');
  });

  test('from what many ask for at once: one comparison is made, and all see it', async () => {
    const group = openGroup(3);
    // In the middle of three it is by chance: two comparisons would differ.
    for (const [index, name] of ['a', 'b', 'c'].entries()) await group.joins(name, index);
    const seen = await Promise.all(Array.from({ length: 12 }, () => group.sees('b', 0)));
    assert.equal(new Set(seen.map((one) => JSON.stringify(one))).size, 1);
    assert.equal((await group.stored())?.epoch, 1);
  });
});
