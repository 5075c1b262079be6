import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { SyncRecordStatus } from '../../domain/sync-record.ts';
import type { ListRow, SyncRecordDoc } from '../../stores/model.ts';
import { syncListsCollection, syncPacksCollection, syncRecordsCollection } from '../../stores/names.ts';
import { type SyncRecords, todoId } from '../../stores/sync-records.ts';
import { at, newId, openTestStores, times } from './support.ts';

const stores = await openTestStores();
const keysOf = (docs: readonly { readonly _id: string }[]) => docs.map((doc) => doc._id);
const inOrder = (docs: Iterable<SyncRecordDoc>) =>
  [...docs].sort((a, b) => (a._id < b._id ? -1 : Number(a._id > b._id)));

/** A row of which nothing more is to be said than that a run delivered it for the first time. */
const arrived = (_id: string, run: number, delivered = `f-${_id}`): SyncRecordDoc => ({
  ...{ _id, action: 'insert', status: 'success', delivered, staged: delivered, fields: null },
  ...{ run, deliveredRun: run, attempts: 0, notBefore: null, error: null, at },
});

const counts = async (syncId: string): Promise<readonly number[]> =>
  Promise.all(
    [syncPacksCollection(syncId), syncRecordsCollection(syncId)].map((name) =>
      stores.db.collection(name).countDocuments(),
    ),
  );

async function allKeys(rows: SyncRecords, after: string | null = null): Promise<string[]> {
  const found: string[] = [];
  for await (const keys of rows.keys(after)) found.push(...keys);
  return found;
}

async function allPages(rows: SyncRecords, where: Parameters<SyncRecords['page']>[0], limit: number) {
  const found: SyncRecordDoc[] = [];
  for (;;) {
    const after = found.at(-1)?._id;
    const page = await rows.page(where, { limit, ...(after === undefined ? {} : { after }) });
    found.push(...page);
    if (page.length < limit) return found;
  }
}

describe('sync records', () => {
  it('are read as they were written, whatever they leave out when stored, and found by their status', async () => {
    const rows = stores.syncRecords.of(newId());
    const quiet = {
      ...{ delivered: 'f', staged: 'f', fields: null },
      ...{ attempts: 0, notBefore: null, error: null, at },
    };
    const docs: readonly SyncRecordDoc[] = [
      { _id: 'a', action: 'insert', status: 'success', ...quiet, run: 2, deliveredRun: 2 },
      { _id: 'b', action: 'update', status: 'success', ...quiet, run: 2, deliveredRun: 2 },
      { _id: 'c', action: 'delete', status: 'success', ...quiet, delivered: null, run: 1, deliveredRun: 1 },
      // Discarded from quarantine: what the destination has is of an earlier run, or nothing.
      { _id: 'd', action: 'update', status: 'success', ...quiet, run: 3, deliveredRun: 1 },
      { _id: 'e', action: 'insert', status: 'success', ...quiet, run: 3, deliveredRun: null },
      { _id: 'f', action: 'insert', status: 'failed', ...quiet, run: 3, deliveredRun: null, fields: '{}' },
    ];
    const [first] = docs;
    assert.ok(first);
    // The attempt before this one died after it had written what became of the row.
    await rows.putMany([{ ...first, status: 'failed', deliveredRun: null, attempts: 1 }]);
    await rows.insertDelivered([first], { run: 2, at });
    await rows.insertDelivered([first], { run: 2, at });
    await rows.putMany(docs.slice(1));
    assert.deepEqual(await rows.getMany(['a', 'b', 'c', 'd', 'e', 'f']), docs);
    assert.deepEqual(keysOf(await rows.page({ status: 'success' }, { limit: 10 })), [
      ...['a', 'b', 'c', 'd', 'e'],
    ]);
    assert.deepEqual(keysOf(await rows.page({ status: 'failed' }, { limit: 10 })), ['f']);
  });

  it('of a first run take a document for a thousand rows, also with others between them', async () => {
    const id = newId();
    const rows = stores.syncRecords.of(id);
    const keys = times(2_500, (n) => `k${String(n).padStart(5, '0')}`);
    const faulty = keys.filter((_, n) => n % 100 === 7);
    const quarantined = faulty.map((key) => ({ ...arrived(key, 1), status: 'quarantined' as const }));
    await rows.putMany(quarantined);
    const there = keys.filter((key) => !faulty.includes(key)).map((key) => arrived(key, 1));
    await rows.insertDelivered(there.toReversed(), { run: 1, at });
    assert.deepEqual(await counts(id), [3, 25]);
    assert.deepEqual(await rows.getMany(keys), inOrder([...there, ...quarantined]));
    assert.deepEqual(await allKeys(rows), keys);
    assert.deepEqual(await allKeys(rows, keys[1_200]), keys.slice(1_201));
    for (const { _id, last } of await stores.db.collection(syncPacksCollection(id)).find().toArray())
      for (const end of [String(_id), String(last)]) assert.deepEqual(await rows.get(end), arrived(end, 1));
    assert.equal(await rows.get('k'), null);
    assert.equal(await rows.get('k00999x'), null);

    const [changed, gone] = [keys[1_000] ?? '', keys[2_000] ?? ''];
    await rows.putMany([{ ...arrived(changed, 2, 'g'), action: 'update' }]);
    await rows.remove([gone, changed, 'none']);
    assert.deepEqual(await rows.getMany([changed, gone]), [], 'what a pack says of a row is gone with it');
    await rows.purge();
    assert.deepEqual(await counts(id), [0, 0]);
    assert.equal(await rows.isEmpty(), true);
  });

  it('of two attempts of one run at once are all there', async () => {
    const id = newId();
    const rows = stores.syncRecords.of(id);
    const keys = times(600, (n) => `k${String(n).padStart(3, '0')}`);
    const parts = [keys.slice(0, 400), keys.slice(200), keys.slice(100, 500), keys.slice(0, 400)];
    await Promise.all(
      parts.map((part) =>
        rows.insertDelivered(
          part.map((key) => arrived(key, 1)),
          { run: 1, at },
        ),
      ),
    );
    assert.deepEqual(
      await rows.getMany(keys),
      keys.map((key) => arrived(key, 1)),
    );
    assert.deepEqual(await allKeys(rows), keys);
    await Promise.all([rows.remove(keys.slice(0, 300)), rows.remove(keys.slice(200, 500))]);
    assert.deepEqual(await allKeys(rows), keys.slice(500));
  });

  it('are what a plain list of them would be, whatever is written in which order', async () => {
    // Some keys are ordered differently by bytes and by UTF-16 units.
    const universe = [
      ...times(400, (n) => `k${String(n).padStart(3, '0')}`),
      ...['', 'k100é', 'k1\u{1f600}', 'k1\uffee', 'k200\u{1f600}', '\uff21', '\u{1f601}z'],
    ].sort();
    const stretch = fc
      .tuple(fc.nat(universe.length - 1), fc.integer({ min: 1, max: 250 }), fc.integer({ min: 1, max: 3 }))
      .map(([from, count, step]) =>
        universe.filter((_, n) => n >= from && n < from + count && n % step === 0),
      );
    const few = fc.uniqueArray(fc.constantFrom(...universe), { minLength: 1, maxLength: 8 });
    const write = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('insert' as const), keys: stretch }) },
      fc.record({ kind: fc.constantFrom('put' as const, 'remove' as const), keys: fc.oneof(few, stretch) }),
    );
    const statuses: readonly SyncRecordStatus[] = ['success', 'failed', 'quarantined', 'pending'];
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 8 }), async (writes) => {
        const rows = stores.syncRecords.of(newId());
        const model = new Map<string, SyncRecordDoc>();
        for (const [n, { kind, keys }] of writes.entries()) {
          const run = n + 1;
          const docs = keys.map((key, index): SyncRecordDoc => {
            const doc = arrived(key, run, `${run}`);
            const status = statuses[(index + n) % statuses.length] ?? 'pending';
            return kind === 'insert' ? doc : { ...doc, action: 'update', status, attempts: 1 };
          });
          if (kind === 'insert') await rows.insertDelivered(docs, { run, at });
          else if (kind === 'put') await rows.putMany(docs);
          else await rows.remove(keys);
          for (const doc of docs)
            if (kind === 'remove') model.delete(doc._id);
            else model.set(doc._id, doc);
        }
        const all = inOrder(model.values());
        assert.deepEqual(await rows.getMany([...universe, 'none']), all);
        assert.deepEqual(await allKeys(rows), keysOf(all));
        const after = universe[writes.length * 40] ?? '';
        assert.deepEqual(await allKeys(rows, after), keysOf(all.filter(({ _id }) => _id > after)));
        assert.deepEqual(await allPages(rows, {}, 60), all);
        for (const status of statuses)
          assert.deepEqual(
            await allPages(rows, { status }, 45),
            all.filter((doc) => doc.status === status),
          );
        const run = writes.length;
        assert.deepEqual(
          await allPages(rows, { run }, 70),
          all.filter((doc) => doc.run === run),
        );
        const quarantined: SyncRecordDoc[] = [];
        for await (const doc of rows.quarantined()) quarantined.push(doc);
        assert.deepEqual(
          quarantined,
          all.filter(({ status }) => status === 'quarantined'),
        );
        assert.equal(await rows.isEmpty(), all.length === 0);
        await rows.purge();
      }),
      { numRuns: 40 },
    );
  });

  it('wait in lists that are read as they were written, those of earlier versions too', async () => {
    const id = newId();
    const rows = stores.syncRecords.of(id);
    const row: ListRow = {
      ...{ key: 'a', action: 'insert', fields: '{"x":"1\\n2"}', staged: 'f' },
      ...{ delivered: null, attempts: 0, fresh: true },
    };
    const changed = {
      ...row,
      key: 'b',
      action: 'update',
      delivered: 'e',
      attempts: 2,
      fresh: false,
    } as const;
    const gone = { ...changed, key: 'c', action: 'delete', fields: '', staged: null } as const;
    for (const [number, list] of [[row], [row, changed, gone], [gone]].entries()) {
      await rows.putList({ _id: todoId('run', number), rows: list });
      assert.deepEqual((await rows.list('run', number))?.rows, list);
    }
    const earlier = [row, gone].map(({ key, action, staged, delivered, attempts, fresh }) => {
      return [key, action, staged, delivered, attempts, fresh];
    });
    await stores.db.collection<{ _id: string }>(syncListsCollection(id)).insertOne({
      _id: todoId('run', 9),
      ...{ rows: JSON.stringify(earlier), fields: `${row.fields}\n` },
    });
    assert.deepEqual((await rows.list('run', 9))?.rows, [row, gone]);
  });
});
