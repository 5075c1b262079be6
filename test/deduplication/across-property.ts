import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonObject } from '../../domain/json.ts';
import type { Stores } from '../../stores/open.ts';
import { createRecordsOfApp } from '../../stores/own-records.ts';
import { createFamily, type FamilyScene } from './family-scene.ts';
import type { Row } from './scene.ts';

const names = ['a', 'b', 'c'] as const;
const keys = ['1', '2', '3'] as const;
const name = fc.constantFrom(...names);
const key = fc.constantFrom(...keys);
const value = fc.constantFrom(null, 'x', 'y', 'z');
const rows = fc.array(
  fc.record({
    id: key,
    email: value,
    phone: value,
    deleted: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  }),
  { maxLength: 4 },
);

/** What happens to the connections of a company, one after the other. */
type Step =
  | {
      readonly do: 'pass';
      readonly name: string;
      readonly rows: readonly RowOf[];
      readonly dies: number | null;
    }
  | { readonly do: 'undo'; readonly name: string; readonly key: string; readonly withdraws: boolean }
  | { readonly do: 'ask' }
  | { readonly do: 'pause' | 'resume' | 'disconnect' | 'off' | 'on'; readonly name: string }
  | { readonly do: 'company'; readonly isOn: boolean };
interface RowOf {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly deleted: boolean;
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      name,
      rows,
      dies: fc.option(fc.integer({ min: 1, max: 14 }), { freq: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'ask' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('undo' as const), name, key, withdraws: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('pause' as const, 'resume' as const, 'off' as const, 'on' as const),
      name,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disconnect' as const), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('company' as const), isOn: fc.boolean() }) },
);

const rule = { match: [['email'], ['phone']] };
/** So many sessions may follow from one thing that happened, for each connection. */
const mostFollowing = 5;

/** Any order of sessions, kills, merges, undos and disconnects of three connections. */
export async function checkAcross(
  stores: Stores,
  runs: number,
  length: number,
  seed?: number,
): Promise<void> {
  const property = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: length }), (steps) =>
    check(stores, steps),
  );
  await fc.assert(property, {
    numRuns: runs,
    ...(seed === undefined ? {} : { seed }),
    endOnFailure: true,
    includeErrorInReport: true,
  });
}

async function check(stores: Stores, steps: readonly Step[]): Promise<void> {
  const family = await createFamily(stores, names, rule);
  const app = new Map<string, JsonObject>();
  const state = { second: 0, off: new Set<string>() };
  for (const one of steps) {
    await act(family, app, one, state);
    await assertNoneMissing(family, app, one);
  }
  for (const one of names) family.resume(one);
  for (const one of family.present()) await family.pass(one);
  await family.rest(names.length * mostFollowing);
  await assertAtRest(family, app);
  for (const one of family.present()) await family.pass(one);
  assert.equal(await family.rest(), 0, 'at rest nobody asks anybody');

  await family.setOn(false);
  await family.rest(names.length * mostFollowing);
  assert.equal(await family.store.groups.count(), 0);
  assert.equal(await family.store.nodes.count(), 0);
  assert.equal(await family.store.todos.count(), 0);
  for (const one of family.present()) {
    await family.of(one).switchOff();
    await family.pass(one);
  }
  assert.equal(await family.rest(), 0);
  const left = [...app].filter(([node]) => family.present().includes(node.slice(0, 1)));
  assert.deepEqual(await family.visible(), Object.fromEntries(left.sort(([a], [b]) => (a < b ? -1 : 1))));
}

async function act(
  family: FamilyScene,
  app: Map<string, JsonObject>,
  one: Step,
  state: { second: number; off: Set<string> },
): Promise<void> {
  const isGone = 'name' in one && !family.present().includes(one.name);
  if (isGone) return;
  switch (one.do) {
    case 'pass': {
      const scene = family.of(one.name);
      const last = new Map(one.rows.map((row) => [row.id, row]));
      const sent = [...last.values()].map(({ id, email, phone, deleted }): Row => {
        state.second += 1;
        const updated_at = new Date(Date.UTC(2024, 0, 1) + state.second * 1_000).toISOString();
        const row = { id, email, phone, updated_at };
        if (deleted) app.delete(`${one.name}/${id}`);
        else app.set(`${one.name}/${id}`, row);
        return deleted ? { ...row, deleted_at: updated_at } : row;
      });
      const session = await scene.structure(...(sent.length === 0 ? [] : [sent]));
      // A killed pass is repeated by the session, or its place is taken by the connection's next session.
      if (one.dies === null) await scene.deduplicate(session);
      else if (await scene.deduplicateDying(session, one.dies)) {
        await family.release(session);
        if (one.dies % 2 === 0) await scene.deduplicate(session);
      }
      return;
    }
    case 'undo': {
      for (const other of names)
        if (other !== one.name && family.present().includes(other))
          for (const key of keys)
            await family.decide(
              one.withdraws ? null : 'different',
              `${one.name}/${one.key}`,
              `${other}/${key}`,
            );
      return family.ask(one.name);
    }
    case 'ask':
      await family.restOne();
      return;
    case 'pause':
      family.pause(one.name);
      return;
    case 'resume':
      family.resume(one.name);
      return;
    case 'off':
      await family.of(one.name).switchOff();
      return family.ask(one.name);
    case 'on':
      await family.of(one.name).switchOn();
      return family.ask(one.name);
    case 'disconnect':
      return family.disconnect(one.name);
    case 'company':
      return family.setOn(one.isOn);
  }
}

/** Each record of an app is seen, or what readers see in its place. */
async function assertNoneMissing(family: FamilyScene, app: ReadonlyMap<string, JsonObject>, after: Step) {
  const said = new Set<string>();
  for (const one of family.present()) {
    const { records, merges } = family.of(one);
    for await (const { _id } of records.stream({ _id: 1 })) {
      said.add(`${one}/${_id}`);
      const group = await merges.groups.get(_id);
      if (group === null || group.away) continue;
      for (const key of group.keys) said.add(`${one}/${key}`);
      for (const node of group.others ?? []) said.add(family.plain(node));
    }
  }
  // One that goes into another is said by it with the next session of the other.
  const docs = await family.store.nodes.getMany([...app.keys()].map(family.node));
  for (const { _id, group } of docs) if (said.has(family.plain(group))) said.add(family.plain(_id));
  for (const node of app.keys())
    if (family.present().includes(node.slice(0, 1)))
      assert.ok(said.has(node), `${node} is missing after ${JSON.stringify(after)}`);
}

/** Every record of an app is seen exactly once: as itself, or in the record of its group; and nothing else is seen. */
async function assertAtRest(family: FamilyScene, app: ReadonlyMap<string, JsonObject>) {
  const visible = await family.visible();
  const seen = new Map<string, number>();
  for (const node of Object.keys(visible)) {
    const [one = '', key = ''] = node.split('/');
    const group = await family.of(one).merges.groups.get(key);
    assert.notEqual(group?.away, true, `${node} is seen and called away`);
    const all =
      group === null
        ? [node]
        : [...group.keys.map((of) => `${one}/${of}`), ...(group.others ?? []).map(family.plain)];
    for (const of of all) seen.set(of, (seen.get(of) ?? 0) + 1);
  }
  const living = [...app.keys()].filter((node) => family.present().includes(node.slice(0, 1))).sort();
  assert.deepEqual(
    [...seen].sort(),
    living.map((node) => [node, 1]),
  );
  assert.deepEqual(await listed(family.store.todos), []);
  for (const one of family.present()) {
    const { records, merges } = family.of(one);
    const own = createRecordsOfApp(records, merges.members);
    assert.equal(await own.count(), living.filter((node) => node.startsWith(`${one}/`)).length, 'row counts');
  }
}

async function listed(keyed: {
  readonly stream: () => AsyncIterable<{ readonly _id: string }>;
}): Promise<string[]> {
  const found: string[] = [];
  for await (const { _id } of keyed.stream()) found.push(_id);
  return found;
}

const sent: readonly (readonly [name: string, rows: readonly Row[]])[] = names.flatMap((one, place) =>
  [0, 1].map((session): readonly [string, readonly Row[]] => [
    one,
    [0, 1, 2].map((n) => {
      const id = `${session}${n}`;
      const number = place * 10 + session * 3 + n;
      const updated_at = new Date(Date.UTC(2024, 0, 1) + number * 1_000).toISOString();
      const email = `p${(place * 2 + session + n) % 4}@example.com`;
      return { id, updated_at, name: `name ${number}`, email, phone: n === 2 ? `t${session}` : null };
    }),
  ]),
);

/** Whatever the order in which sessions of the connections come, and whatever follows when: the same records at the end. */
export async function checkOrders(stores: Stores, runs: number): Promise<void> {
  const following = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 6, maxLength: 6 });
  const places = fc.shuffledSubarray([0, 0, 1, 1, 2, 2], { minLength: 6, maxLength: 6 });
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(places, following, async (order, follow) => {
      const family = await createFamily(stores, names, rule);
      const next = [0, 0, 0];
      for (const [index, place] of order.entries()) {
        const [one, rows] = sent[place * 2 + (next[place] ?? 0)] ?? ['', []];
        next[place] = (next[place] ?? 0) + 1;
        await family.pass(one, ...rows);
        for (let n = follow[index] ?? 0; n > 0; n--) await family.restOne();
      }
      await family.rest();
      ends.add(JSON.stringify(await family.visible()));
      assert.equal(ends.size, 1);
    }),
    { numRuns: runs, endOnFailure: true, includeErrorInReport: true },
  );
}
