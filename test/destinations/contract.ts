import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DeliveryRow, DeliveryTarget, RowOutcome, TargetField } from '../../destinations/contract.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { deliver, openDelivery, optionsOf, put, remove, type Scene } from './scene.ts';

const usual: readonly TargetField[] = [
  { name: 'name', type: 'text' },
  { name: 'amount', type: 'number' },
];

/** Fails that a destination may have when it is cut off. */
const cutOff = ['DESTINATION_UNREACHABLE', 'DESTINATION_GONE', 'DESTINATION_BAD_ANSWER'];

/** What is expected to be there. */
const held = (scene: Scene, rows: readonly DeliveryRow[]) =>
  new Map(rows.map(({ key, fields }) => [key, (scene.shown ?? ((same) => same))(fields)]));

const keysOf = (outcomes: readonly RowOutcome[], outcome: RowOutcome['outcome']) =>
  outcomes.flatMap((one) => (one.outcome === outcome ? [one.key] : [])).sort();

/**
 * What every kind of destination keeps; each kind's test calls it.
 * @param makeScene called once, before the first test
 */
export function destinationContract(name: string, makeScene: () => Promise<Scene>): void {
  describe(`${name} keeps the contract of destinations`, () => {
    let scene: Scene;
    before(async () => {
      scene = await makeScene();
    });
    after(() => scene?.close());

    /** Delivers, and sees that each row was taken. */
    async function taken(
      target: DeliveryTarget,
      writes: readonly (readonly DeliveryRow[])[],
      run?: string,
    ): Promise<void> {
      const outcomes = await deliver(scene, target, writes, run);
      assert.deepEqual(
        keysOf(outcomes, 'delivered'),
        writes
          .flat()
          .map(({ key }) => key)
          .sort(),
        JSON.stringify(outcomes),
      );
    }

    const open = (given = scene.settings) => ({
      ...scene.driver.parse(given.configuration, given.secret),
      context: scene.context,
      signal: AbortSignal.timeout(20_000),
    });

    test('rows are inserted, updated and deleted', async () => {
      const target = await scene.target(usual);
      const first = [
        put('insert', 'a', { name: 'Ada', amount: 1 }),
        put('insert', 'b', { name: 'Bo', amount: 2 }),
      ];
      await taken(target, [first]);
      assert.deepEqual(await scene.rows(target), held(scene, first));
      const changed = put('update', 'a', { name: 'Ada L.', amount: -0.5 });
      await taken(target, [[changed]]);
      assert.deepEqual((await scene.rows(target)).get('a'), held(scene, [changed]).get('a'));
      if (!scene.driver.description.limits.deletes) return;
      await taken(target, [[remove('b')]]);
      assert.deepEqual([...(await scene.rows(target)).keys()], ['a']);
    });

    test('an insert of what is there and an update or delete of what is not there do no harm', async () => {
      const target = await scene.target(usual);
      const rows = [
        put('insert', 'a', { name: 'A', amount: 1 }),
        put('update', 'b', { name: 'B', amount: 2 }),
      ];
      const deletes = scene.driver.description.limits.deletes ? [remove('never')] : [];
      await taken(target, [[...rows, ...deletes]]);
      const again = put('insert', 'a', { name: 'A2', amount: 3 });
      await taken(target, [[again]]);
      assert.deepEqual(await scene.rows(target), held(scene, [...rows, again]));
    });

    test('the same rows sent again, as after a crash, change nothing', async () => {
      const target = await scene.target(usual);
      const rows = [
        put('insert', 'a', { name: 'A', amount: 1 }),
        put('insert', 'b', { name: 'B', amount: 2 }),
      ];
      await taken(target, [rows], `${target.syncId}.one`);
      await taken(target, [rows], `${target.syncId}.one`);
      assert.deepEqual(await scene.rows(target), held(scene, rows));
    });

    test('of two writes of one key the later one counts', async () => {
      const target = await scene.target(usual);
      const later = put('update', 'a', { name: 'later', amount: 2 });
      await taken(target, [[put('insert', 'a', { name: 'earlier', amount: 1 })], [later]]);
      assert.deepEqual(await scene.rows(target), held(scene, [later]));
      if (!scene.driver.description.limits.deletes) return;
      await taken(target, [[later], [remove('a')]]);
      assert.equal((await scene.rows(target)).size, 0);
    });

    test('every row of a full write has its own outcome', async () => {
      const target = await scene.target(usual);
      const count = Math.min(scene.driver.description.limits.rowsPerWrite, 250);
      const rows = Array.from({ length: count }, (_, n) =>
        put('insert', `row-${n}`, { name: `n${n}`, amount: n }),
      );
      await taken(target, [rows]);
      assert.deepEqual(await scene.rows(target), held(scene, rows));
    });

    test('a rejected row among good ones is told in the own words of the destination', async (t) => {
      if (scene.rejecting === null) return t.skip('it rejects no row');
      const { target, bad, code, message } = await scene.rejecting();
      const good = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key, n) =>
        put('insert', key, { name: key, amount: n }),
      );
      const outcomes = await deliver(scene, target, [
        [...good.slice(0, 3), put('insert', 'bad', bad), ...good.slice(3)],
      ]);
      assert.equal(outcomes.length, good.length + 1);
      assert.deepEqual(
        keysOf(outcomes, 'delivered'),
        good.map(({ key }) => key),
      );
      const rejected = outcomes.find(({ key }) => key === 'bad');
      assert.ok(rejected?.outcome === 'rejected');
      assert.match(rejected.code, code);
      assert.match(rejected.message, message);
      assert.ok(rejected.message.length <= 1024);
      const rows = await scene.rows(target);
      for (const row of good) assert.deepEqual(rows.get(row.key), held(scene, [row]).get(row.key));
      assert.ok(!rows.has('bad'));
    });

    test('a row above the size that is taken is rejected with a sentence, the others arrive', async (t) => {
      const { rowBytes } = scene.driver.description.limits;
      if (rowBytes === null) return t.skip('no size is known');
      const target = await scene.target(usual);
      const small = put('insert', 'small', { name: 'small', amount: 1 });
      const outcomes = await deliver(scene, target, [
        [put('insert', 'large', { name: 'x'.repeat(rowBytes), amount: 1 }), small],
      ]);
      assert.deepEqual(keysOf(outcomes, 'delivered'), ['small']);
      const large = outcomes.find(({ key }) => key === 'large');
      assert.ok(large?.outcome === 'rejected');
      assert.match(large.message, /^[A-Z].*\.$/s);
      assert.deepEqual(await scene.rows(target), held(scene, [small]));
    });

    const odd: readonly (readonly [what: string, fields: JsonObject, types?: readonly TargetField[]])[] = [
      ['letters of the world', { name: 'Ωmega 名前 👩‍👩‍👧 é \u202e "quoted", \'single\'\nline\ttab' }],
      ['an empty text and a null', { name: '', amount: null }],
      ['numbers as large as JSON gives them', { name: 'n', amount: JSON.parse('12345678901234567890') }],
      ['small numbers', { name: 'n', amount: 1e-7 }],
      ['a text that looks like a formula', { name: '=1+1' }],
      [
        'objects in objects',
        { name: 'o', data: { a: [1, { b: null, 'c.d': 'x' }, []], e: {}, f: '0' } },
        [...usual, { name: 'data', type: 'json' }],
      ],
    ];
    for (const [what, fields, types = usual] of odd)
      test(`odd values: ${what}`, async () => {
        const target = await scene.target(types);
        const row = put('insert', 'odd/key ä', fields);
        await taken(target, [[row]]);
        assert.deepEqual(await scene.rows(target), held(scene, [row]));
      });

    for (const name of ['__proto__', 'a.b', '$set', 'naïve field', 'constructor'])
      test(`a field named ${name} is delivered under this name, or the plan says why not`, async () => {
        const target = await scene.target(usual);
        const named = { ...target, fields: [...target.fields, { name, type: 'text' } as const] };
        const planned = await scene.driver.plan(open(), named);
        if (planned.problems.length > 0) {
          assert.ok(
            planned.problems.some((problem) => problem.includes(name)),
            planned.problems.join(' '),
          );
          return;
        }
        await scene.driver.prepare(open(), named);
        // Written as JSON: of a literal `__proto__` would become the prototype.
        const row = put('insert', 'a', JSON.parse(`{"name":"A","amount":1,${JSON.stringify(name)}:"odd"}`));
        await taken(named, [[row]]);
        const delivered = (await scene.rows(named)).get('a') ?? {};
        assert.equal(Object.getOwnPropertyDescriptor(delivered, name)?.value, 'odd');
        assert.equal(({} as { odd?: unknown }).odd, undefined);
      });

    test('cut off in the middle: the error says so, and nothing counts as delivered that did not arrive', async () => {
      const target = await scene.target(usual);
      const first = put('insert', 'first', { name: 'first', amount: 1 });
      const second = put('insert', 'second', { name: 'second', amount: 2 });
      const signal = AbortSignal.timeout(20_000);
      const delivery = await openDelivery(scene, target, signal);
      const outcomes = [...(await delivery.write([first], optionsOf([first], 'one', signal)))];
      const mend = await scene.sever();
      const failure = await (async () => {
        outcomes.push(...(await delivery.write([second], optionsOf([second], 'two', signal))));
        outcomes.push(...(await delivery.finish({ signal })));
      })().catch((error: unknown) => error);
      await delivery.close();
      await mend();
      assert.ok(failure instanceof TributaryError, `It was ${String(failure)}.`);
      assert.ok(cutOff.includes(failure.code), failure.code);
      const rows = await scene.rows(target);
      for (const key of keysOf(outcomes, 'delivered')) assert.ok(rows.has(key), `${key} did not arrive`);
      await taken(target, [[first, second]]);
      assert.deepEqual(await scene.rows(target), held(scene, [first, second]));
    });

    test('an abort ends a write soon', async () => {
      const target = await scene.target(usual);
      const delivery = await openDelivery(scene, target);
      const wake = (await scene.stall?.()) ?? (async () => undefined);
      const signal = scene.stall === null ? AbortSignal.abort() : AbortSignal.timeout(100);
      const began = Date.now();
      try {
        await assert.rejects(async () => {
          const rows = [put('insert', 'a', { name: 'A', amount: 1 })];
          await delivery.write(rows, optionsOf(rows, 'one', signal));
          await delivery.finish({ signal });
        });
        assert.ok(Date.now() - began < 3_000, `It took ${Date.now() - began} ms.`);
      } finally {
        await wake();
        await delivery.close();
      }
    });

    test('a delivery may be closed twice, and without a write', async () => {
      const delivery = await openDelivery(scene, await scene.target(usual));
      await delivery.close();
      await delivery.close();
    });

    test('settings that cannot be right are refused, every fault named', () => {
      const { configuration, secret, says } = scene.unparsable;
      assert.throws(
        () => scene.driver.parse(configuration, secret),
        (error: unknown) => {
          assert.ok(error instanceof TributaryError);
          assert.equal(error.code, 'INVALID_INPUT');
          for (const said of says) assert.match(error.message, said);
          return true;
        },
      );
    });

    test('a check finds nothing wrong with what is right', async () => {
      assert.deepEqual((await scene.driver.check(open())).problems, []);
    });

    test('a check tells everything that is wrong at once', async () => {
      for (const given of scene.wrong) {
        const { ok, problems } = await scene.driver.check(open(given));
        assert.equal(ok, false);
        for (const said of given.says) assert.match(problems.join('\n'), said);
      }
    });

    test('a plan says what will be made, prepare makes it, and a second plan has nothing to make', async (t) => {
      if (scene.missing === null) return t.skip('nothing is ever made');
      const { target, creates } = await scene.missing();
      const planned = await scene.driver.plan(open(), target);
      assert.deepEqual(planned.problems, []);
      for (const said of creates) assert.match(planned.creates.join('\n'), said);
      await scene.driver.prepare(open(), target);
      await scene.driver.prepare(open(), target);
      assert.deepEqual(await scene.driver.plan(open(), target), { creates: [], problems: [] });
      await taken(target, [[put('insert', 'a', { name: 'A', amount: 1 })]]);
      assert.equal((await scene.rows(target)).size, 1);
    });
  });
}
