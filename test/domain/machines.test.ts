import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { defineMachine, type Machine } from '../../domain/machine.ts';
import { machines } from '../../domain/machines.ts';

type AnyMachine = Machine<string | number, string, string>;
type Place = string | number | null;

const all = Object.entries(machines).map(
  ([name, machine]) => [name, machine as unknown as AnyMachine] as const,
);

for (const [name, machine] of all) {
  const { transitions, statuses, ends } = machine;
  const eventNames = [...new Set(transitions.map((row) => row.event))];
  const factNames = [...new Set(transitions.flatMap((row) => [row.when, row.unless]))].filter(
    (fact) => fact !== undefined,
  );
  const event = fc.constantFrom(...eventNames);
  const facts = fc.record(Object.fromEntries(factNames.map((fact) => [fact, fc.boolean()])));
  const place = fc.constantFrom<Place>(null, ...statuses);

  describe(`machine ${name}`, () => {
    test('any sequence of events keeps a legal status, and an end absorbs', () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(event, facts), { maxLength: 60 }), (steps) => {
          let at: Place = null;
          for (const [name, known] of steps) {
            const move = machine.advance(at, name, known);
            if (at !== null && ends.includes(at)) assert.equal(move.ok, false);
            if (!move.ok) continue;
            assert.ok(machine.isStatus(move.to));
            assert.equal(move.from, at);
            at = move.to;
          }
        }),
      );
    });

    test('allowed says exactly what advance takes, and a refusal names it', () => {
      fc.assert(
        fc.property(place, event, facts, (at, name, known) => {
          const move = machine.advance(at, name, known);
          const allowed = machine.allowed(at, known);
          assert.equal(move.ok, allowed.includes(name));
          if (!move.ok) assert.deepEqual(move.allowed, allowed);
        }),
      );
    });

    test('takes names exactly the statuses in which some facts let the event through', () => {
      for (const name of eventNames) {
        const taking = machine.takes(name);
        for (const at of [null, ...statuses]) {
          const taken = factSets(factNames).some((known) => machine.advance(at, name, known).ok);
          assert.equal(taking.includes(at), taken, `${name} in ${at}`);
        }
      }
    });

    test('every status can be reached from nothing', () => {
      const reached = new Set<Place>([null]);
      for (let before = 0; before !== reached.size; ) {
        before = reached.size;
        for (const row of transitions) if (row.from.some((at) => reached.has(at))) reached.add(row.to);
      }
      assert.deepEqual(
        statuses.filter((status) => !reached.has(status)),
        [],
      );
    });

    test('every status that is no end can be left', () => {
      const stuck = statuses.filter(
        (status) =>
          !ends.includes(status) &&
          !transitions.some((row) => row.from.includes(status) && row.to !== status),
      );
      assert.deepEqual(stuck, []);
    });
  });
}

function factSets(names: readonly string[]): Record<string, boolean>[] {
  return names.reduce<Record<string, boolean>[]>(
    (sets, name) => sets.flatMap((set) => [set, { ...set, [name]: true }]),
    [{}],
  );
}

test('a table that names an unknown status is refused', () => {
  const make = () =>
    defineMachine({
      name: 'x',
      statuses: ['a'],
      ends: [],
      transitions: [{ from: ['b' as 'a'], event: 'e', to: 'a' }],
    });
  assert.throws(make, /unknown status b/);
});

test('a table that leaves an end is refused', () => {
  const make = () =>
    defineMachine({
      name: 'x',
      statuses: ['a', 'b'],
      ends: ['b'],
      transitions: [{ from: ['b'], event: 'e', to: 'a' }],
    });
  assert.throws(make, /is an end/);
});
