import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addLedgers,
  addSyncLedgers,
  emptyLedger,
  emptySyncLedger,
  imbalance,
  type Ledger,
  type SyncLedger,
  syncImbalance,
} from '../../domain/ledger.ts';

const count = fc.nat(1_000_000);

const balanced = fc
  .record({
    inserted: count,
    updated: count,
    unchanged: count,
    duplicate: count,
    filtered: count,
    quarantined: count,
    tombstoned: count,
    removed: count,
    recordsBefore: fc.integer({ min: 2_000_000, max: 3_000_000 }),
  })
  .map((part): Ledger => {
    const { inserted, updated, unchanged, duplicate, filtered, quarantined, tombstoned } = part;
    const read = inserted + updated + unchanged + duplicate + filtered + quarantined + tombstoned;
    return { ...part, read, recordsAfter: part.recordsBefore + inserted - tombstoned - part.removed };
  });

const balancedSync = fc
  .record({
    inserted: count,
    updated: count,
    deleted: count,
    skipped: count,
    rejected: count,
    quarantined: count,
  })
  .map((part): SyncLedger => ({ ...part, staged: Object.values(part).reduce((sum, rows) => sum + rows, 0) }));

test('an empty ledger balances', () => {
  assert.equal(imbalance(emptyLedger), null);
  assert.equal(syncImbalance(emptySyncLedger), null);
});

test('balanced ledgers add up to a balanced one, in any order', () => {
  fc.assert(
    fc.property(fc.array(balanced, { maxLength: 8 }), (ledgers) => {
      const sum = addLedgers(...ledgers);
      assert.equal(imbalance(sum), null);
      assert.deepEqual(addLedgers(...ledgers.toReversed()), sum);
      assert.deepEqual(addLedgers(sum, emptyLedger), sum);
    }),
  );
});

test('a ledger that is one row off in any count does not balance', () => {
  fc.assert(
    fc.property(
      balanced,
      fc.constantFrom(...(Object.keys(emptyLedger) as (keyof Ledger)[])),
      (ledger, field) => {
        assert.notEqual(imbalance({ ...ledger, [field]: ledger[field] + 1 }), null);
      },
    ),
  );
});

test('an imbalance names the counts', () => {
  assert.match(imbalance({ ...emptyLedger, read: 3, inserted: 2 }) ?? '', /^3 rows were read but 2/);
  assert.match(
    imbalance({ ...emptyLedger, read: 2, inserted: 2, recordsAfter: 1 }) ?? '',
    /2 records .* there are 1/,
  );
});

test('ledgers of sync runs add up and balance in the same way', () => {
  fc.assert(
    fc.property(
      fc.array(balancedSync, { maxLength: 8 }),
      fc.constantFrom(...(Object.keys(emptySyncLedger) as (keyof SyncLedger)[])),
      (ledgers, field) => {
        const sum = addSyncLedgers(...ledgers);
        assert.equal(syncImbalance(sum), null);
        assert.notEqual(syncImbalance({ ...sum, [field]: sum[field] + 1 }), null);
      },
    ),
  );
});
