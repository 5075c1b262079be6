import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readReport } from '../../activities/deduplication/report.ts';
import { pairOf } from '../../activities/deduplication/work.ts';
import type { JsonObject } from '../../domain/json.ts';
import { imbalance } from '../../domain/ledger.ts';
import { changeId } from '../../stores/feed.ts';
import type { ConnectionDoc, SessionDoc } from '../../stores/model.ts';
import { type PagedApp, pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { seeded } from './rows.ts';
import type { Write, WritePoint } from './store-wire.ts';
import { createMortal, type Mortal } from './support.ts';

const definition = pagedDefinition({ incremental: false, deduplication: true });
const people = 250;

/** Three records for each person, in several parts of a pass. */
const first: JsonObject[] = pagedRows(3 * people).map((row, index) => ({
  ...row,
  email: `person${index % people}@example.com`,
}));
/** Later every fourth says something else, some with another address, and there are new ones. */
const later: JsonObject[] = [
  ...first.map((row, index) =>
    index % 4 === 0
      ? {
          ...row,
          ...(index % 40 === 0 ? { email: `moved${index % 120}@example.com` } : {}),
          amount: index + 0.5,
          updated_at: `2025${String(row.updated_at).slice(4)}`,
        }
      : row,
  ),
  ...pagedRows(90, 5_000).map((row, index) => ({ ...row, email: `person${index}@example.com` })),
];
const passes = [first, later];

/** Odd seeds disturb the second session of their connection; of four, two were in 22 before. */
const numberOf = (seed: number): 1 | 2 => (seed % 2 === 0 ? 1 : 2);
const isRetried = (seed: number): boolean => seed % 4 >= 2;

/** The n-th write of a pass: only deduplication writes `mergeKeys`, and it begins with that. */
function writeOfPass(nth: number, when: WritePoint['when']): WritePoint {
  let isBegun = false;
  const matches = ({ collection }: Write): boolean => {
    isBegun ||= collection.startsWith('mergeKeys.');
    return isBegun && /^(merge\w+\.|records\.|changes$)/.test(collection);
  };
  return { matches, nth, when };
}

/** The first attempt dies anywhere in its pass, the second one early in what is left of it. */
function killsOf(seed: number): readonly [WritePoint, WritePoint] {
  const random = seeded(seed);
  const one = (most: number) =>
    writeOfPass(1 + Math.floor(random() * most), random() < 0.5 ? 'before' : 'after');
  return [one(numberOf(seed) === 1 ? 11 : 8), one(2)];
}

const numbered = (sessionId: string): string => sessionId.slice(sessionId.lastIndexOf('.') + 1);

/** What a session left, equal whatever happened on the way: what readers see and were told, and all that an undo needs. */
async function leftOf({ stores }: World, { _id, connectionId, generation }: SessionDoc) {
  const place = [connectionId, generation, 'orders'] as const;
  const merges = stores.merges.of(...place);
  const lines: string[] = [`records ${await stores.records.of(...place).digest()}`];
  for await (const { _id: key, survivor, record, mergedIn } of merges.members.stream())
    lines.push(`member ${[key, survivor, record?.fingerprint, numbered(mergedIn)].join(' ')}`);
  for await (const { _id: key, keys, matchedBy, sessionId } of merges.groups.stream())
    lines.push(`group ${[key, ...keys, ...matchedBy, numbered(sessionId)].join(' ')}`);
  for await (const { keys, pending } of merges.pairs.stream())
    lines.push(`pair ${keys.join(' ')} ${pending}`);
  // What was told twice is told once: a reader does the same with it. What counts of a key is what was said last.
  const last = new Map<string, string>();
  for (let n = 0; ; n++) {
    const change = await stores.feed.change(changeId(_id, 'orders', n));
    if (change === null) break;
    for (const kind of ['added', 'updated', 'deleted'] as const)
      for (const key of change[kind]) {
        lines.push(`told ${key} ${kind}`);
        last.set(key, kind);
      }
  }
  for (const [key, kind] of last) lines.push(`told last ${key} ${kind}`);
  const [run] = await stores.structuring.many(_id, ['orders']);
  assert.ok(run !== undefined && imbalance(run.ledger) === null);
  const { merged = 0, groups = 0, parted = 0 } = (await readReport(merges, _id)) ?? {};
  lines.push(`rows ${JSON.stringify(run.ledger)}`, `report ${merged} ${groups} ${parted}`);
  return { lines: new Set(lines), merged, parted };
}

const missingIn = (set: ReadonlySet<string>, lines: Iterable<string>): string[] =>
  [...lines].filter((line) => !set.has(line));

/** Sessions whose worker process is killed twice in the middle of 21, against undisturbed sessions of the same rows. */
export function describeKilledDeduplication(seeds: readonly number[]): void {
  describe('a session whose worker is killed twice while it deduplicates', () => {
    let world: World;
    let mortal: Mortal;
    let app: PagedApp;
    const connections = new Map<number, ConnectionDoc>();
    const undisturbed: Awaited<ReturnType<typeof leftOf>>[] = [];
    const port = () => world.sessions({ heartbeatMs: 1_000, quickMs: 3_000 });

    const begin = async (connection: ConnectionDoc, number: number) => {
      app.rows.orders = passes[number - 1] ?? [];
      await world.closes(connection._id).catch(() => undefined);
      await port().startSession(connection, { kind: 'load', by: tester });
    };
    const synced = (connection: ConnectionDoc, number: number) =>
      world.reaches(connection._id, 19, (session) => session.number === number);
    const whole = async (connection: ConnectionDoc, number: number) => {
      await begin(connection, number);
      return synced(connection, number);
    };
    /** What a person decided about what the first session merged. */
    const decide = async (connection: ConnectionDoc) => {
      const { pairs } = world.stores.merges.of(connection._id, connection.generation, 'orders');
      const at = new Date();
      const decided = { suggested: null, pending: true, at } as const;
      const about = { from: 'undo', by: tester, why: null, at } as const;
      const apart = Array.from({ length: 30 }, (_, n) => pairOf(`r${n + 1}`, `r${n + 1 + people}`));
      await pairs.putMany([
        ...apart.map((pair) => ({
          ...{ ...pair, ...decided },
          decision: { is: 'different' as const, ...about },
        })),
        { ...pairOf('r100', 'r101'), ...decided, decision: { is: 'same', ...about } },
      ]);
    };

    before(
      async () => {
        world = await startWorld({ batchRows: 600 });
        app = await startPagedApp({ resources: { orders: [] }, pageSize: 600 });
        const install = () => world.started({ definition, baseUrl: app.url });
        const calm = await install();
        for (const seed of seeds) connections.set(seed, await install());
        undisturbed.push(await leftOf(world, await whole(calm, 1)));
        await decide(calm);
        undisturbed.push(await leftOf(world, await whole(calm, 2)));
        for (const [seed, connection] of connections)
          if (numberOf(seed) === 2) {
            await whole(connection, 1);
            await decide(connection);
          }
        const wrong = [{ resource: 'orders', match: null as unknown as string[][] }];
        world.definitions.set(definition.id, { ...definition, deduplication: wrong });
        for (const [seed, connection] of connections)
          if (isRetried(seed)) {
            await begin(connection, numberOf(seed));
            await world.reaches(connection._id, 22);
          }
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
      const number = numberOf(seed);
      const kills = killsOf(seed);
      const when = kills.map((kill) => `${kill.when} write ${kill.nth}`).join(', then ');
      const from = isRetried(seed) ? 'by a retry from 22' : 'undisturbed until then';
      it(`seed ${seed}: ends in the same records, groups and changes (session ${number}, ${from}, ${when})`, {
        timeout: 120_000,
      }, async () => {
        const connection = connections.get(seed);
        assert.ok(connection);
        await mortal.grant(connection);
        const dead = mortal.killAt(kills[0]);
        if (isRetried(seed)) {
          const { _id } = await world.latest(connection._id);
          assert.equal((await port().call(_id, 'retry', { by: tester })).code, 21);
        } else await begin(connection, number);
        await dead;
        const deadAgain = mortal.killAt(kills[1]);
        mortal.start();
        await deadAgain;
        mortal.start(seed === seeds.at(-1) ? 'last' : undefined);

        const session = await synced(connection, number);
        assert.deepEqual(
          (await world.path(session._id)).slice(isRetried(seed) ? -5 : -3),
          isRetried(seed) ? [18, 21, 22, 21, 19] : [18, 21, 19],
        );
        const left = await leftOf(world, session);
        const expected = undisturbed[number - 1]?.lines ?? new Set<string>();
        assert.deepEqual(missingIn(expected, left.lines), [], 'nothing more');
        assert.deepEqual(missingIn(left.lines, expected), [], 'nothing less');
        assert.ok(left.merged > 0 && (number === 1 || left.parted > 0));
      });
    }
  });
}
