import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addCounts, recordOutcome } from '../../activities/sync/outcome.ts';
import { type Staging, stageKey, type Wanted } from '../../activities/sync/plan.ts';
import { syncImbalance } from '../../domain/ledger.ts';
import { emptySyncRunLedger } from '../../domain/sync-contracts.ts';
import { type SyncRecordDoc, syncModes } from '../../stores/model/syncs.ts';

const values = fc.constantFrom('a', 'b', 'c');
const wanted: fc.Arbitrary<Wanted> = fc.oneof(
  { weight: 3, arbitrary: values.map((value): Wanted => ({ fields: `"${value}"`, fingerprint: value })) },
  { weight: 1, arbitrary: fc.constant<Wanted>(null) },
  {
    weight: 1,
    arbitrary: values.map(
      (value): Wanted => ({ fault: { code: 'BAD', message: 'bad' }, fingerprint: `!${value}` }),
    ),
  },
);
/** What the record is in one run, and whether the destination takes it. */
const round = fc.record({
  wanted,
  accepts: fc.boolean(),
  mode: fc.constantFrom(...syncModes),
  again: fc.boolean(),
});
const at = new Date(0);

/** Plays runs over one key as staging and delivery do. */
function play(
  rounds: readonly { wanted: Wanted; accepts: boolean; mode: Staging['mode']; again: boolean }[],
  cap = 3,
) {
  let known: SyncRecordDoc | null = null;
  let held: string | null = null;
  const told: string[] = [];
  for (const [index, { wanted: now, accepts, mode, again }] of rounds.entries()) {
    const run = index + 1;
    const staged = stageKey('k', known, now, { run, mode, again, now: false, deletes: true });
    let ledger = addCounts(emptySyncRunLedger, staged.counts);
    if (staged.quarantine !== undefined)
      known = {
        _id: 'k',
        status: 'quarantined',
        fields: null,
        run,
        deliveredRun: null,
        notBefore: null,
        at,
        ...staged.quarantine,
      };
    if (staged.row !== undefined) {
      const { row } = staged;
      const outcome = accepts
        ? ({ key: 'k', outcome: 'delivered', requestId: null } as const)
        : ({ key: 'k', outcome: 'rejected', code: 'NO', message: 'no', requestId: null } as const);
      if (accepts) held = row.action === 'delete' ? null : row.fields;
      const recorded = recordOutcome(row, outcome, { run, cap, at });
      ledger = addCounts(ledger, recorded.counts);
      known = recorded.doc;
    }
    assert.equal(syncImbalance(ledger), null);
    assert.ok(ledger.staged <= 1, 'one key counts once');
    told.push(JSON.stringify(ledger));
  }
  return { known, held, told };
}

describe('staging one key', () => {
  it('tries a refused row in the next run, then after two, four and eight more, until its cap', () => {
    const refused = { wanted: { fields: '"a"', fingerprint: 'a' }, accepts: false, mode: 'mirror' } as const;
    const { known, told } = play(
      Array.from({ length: 20 }, () => ({ ...refused, again: false })),
      5,
    );
    const runs = told.map((one) => JSON.parse(one) as { retried: number; quarantined: number });
    const numbers = (of: 'retried' | 'quarantined') => runs.flatMap((one, n) => (one[of] > 0 ? [n + 1] : []));
    assert.deepEqual([numbers('retried'), numbers('quarantined')], [[2, 4, 8, 16], [16]]);
    assert.equal(known?.status, 'quarantined');
  });

  it('balances in every run, whatever happened before', () => {
    fc.assert(fc.property(fc.array(round, { maxLength: 8 }), (rounds) => void play(rounds)));
  });

  it('knows what the destination has', () => {
    fc.assert(
      fc.property(fc.array(round, { maxLength: 8 }), (rounds) => {
        const { known, held } = play(rounds);
        assert.equal(known?.delivered ?? null, held === null ? null : JSON.parse(held));
      }),
    );
  });

  it('brings a mirror to the record as it is once the destination takes it again, however often it refused', () => {
    fc.assert(
      fc.property(fc.array(round, { maxLength: 6 }), values, (rounds, value) => {
        const mirror = rounds.map((one) => ({ ...one, mode: 'mirror' as const, again: false }));
        const last = { accepts: true, mode: 'mirror' as const, again: false };
        const before = play(mirror).known;
        // Only a row that was refused as often as may be, and has not changed since, waits for a person.
        fc.pre(before?.status !== 'quarantined' || before.staged !== value);
        const calm = Array.from({ length: 9 }, () => ({
          ...last,
          wanted: { fields: `"${value}"`, fingerprint: value },
        }));
        assert.equal(play([...mirror, ...calm]).held, `"${value}"`);
      }),
    );
  });
});
