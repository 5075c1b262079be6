import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import {
  type Collection,
  type Db,
  type Document,
  Long,
  type MongoBulkWriteError,
  MongoClient,
} from 'mongodb';
import { startStore } from '../../platform/setup/start-store.ts';
import type { StoreProgram } from '../../platform/setup/store.ts';
import { asLibraryHasIt, javaStore } from '../support/embedded-store/programs.ts';

type Row = Document & { _id: string };

/** Ids of one length and of many, with the characters whose order depends on how they are written. */
const id = fc.oneof(
  fc.stringMatching(/^[a-c]{1,3}$/),
  fc.string({
    unit: fc.constantFrom('a', '\u0000', '\u0001', '\u007f', '\u0080', '\u07ff', '\u0800', '\uffff', '😀'),
    maxLength: 4,
  }),
  fc.string({ maxLength: 20 }),
);

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-store-file-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a store while something is done with it. */
async function withStore(
  options: { readonly program: StoreProgram; readonly dataFolder: string; readonly heapMb?: number },
  use: (db: Db) => Promise<void>,
): Promise<void> {
  const store = await startStore(options);
  try {
    const client = await MongoClient.connect(store.uri, {
      serverSelectionTimeoutMS: 2_000,
      retryReads: false,
    });
    try {
      await use(client.db('file'));
    } finally {
      await client.close();
    }
  } finally {
    await store.stop();
  }
}

describe('the file of the embedded store', () => {
  let program: StoreProgram;
  before(async () => {
    program = await javaStore();
  });

  it('is read and gone on with if the library wrote it: every document is found, none can be doubled', async (t) => {
    const dataFolder = await folderFor(t);
    const ids = [
      ...new Set([...fc.sample(id, 2_000), 'x'.repeat(65_535), 'x'.repeat(65_536), '\u0000', 'a\u0000']),
    ];
    const [old, fresh] = [ids.slice(0, ids.length / 2), ids.slice(ids.length / 2)];
    const values = {
      text: 'é😀',
      list: [1, [2.5, null]],
      at: new Date(5),
      long: Long.fromString('9007199254740993'),
      deep: { a: { b: true } },
    };
    const [first = '', second = ''] = old;
    const bySeq = [{ _id: 1, seq: 1 }, { unique: true }] as const;
    await withStore({ program: asLibraryHasIt(program), dataFolder }, async (db) => {
      await db.collection('rows').createIndex(...bySeq);
      await db.collection<Row>('rows').insertMany(old.map((_id) => ({ _id, seq: 1, ...values })));
      await db.collection('others').insertMany([{ _id: 7 as never }, { _id: 'seven' as never }, {}]);
    });
    // Each id is looked for by itself.
    const all = async (rows: Collection<Row>) =>
      new Map((await rows.find({ _id: { $in: ids } }).toArray()).map((row) => [row._id, row]));
    const expected = new Map<string, Row>(old.map((_id) => [_id, { _id, seq: 1, ...values }]));
    await withStore({ program, dataFolder }, async (db) => {
      const rows = db.collection<Row>('rows');
      await db.collection('rows').createIndex(...bySeq);
      assert.deepEqual(await all(rows), expected);
      await rows.insertMany(fresh.map((_id) => ({ _id, seq: 1, ...values })));
      const doubled = rows.insertMany(
        ids.map((_id) => ({ _id, seq: 2 })),
        { ordered: false },
      );
      await assert.rejects(doubled, (error: MongoBulkWriteError) => {
        assert.equal([error.writeErrors].flat().filter(({ code }) => code === 11_000).length, ids.length);
        return true;
      });
      assert.equal((await rows.updateMany({}, { $set: { seen: true } })).matchedCount, ids.length);
      assert.equal((await rows.updateOne({ _id: first, seq: 1 }, { $set: { seq: 2 } })).modifiedCount, 1);
      assert.equal((await rows.deleteOne({ _id: second })).deletedCount, 1);
      assert.equal(await db.collection('others').countDocuments(), 3);
    });
    for (const _id of ids) expected.set(_id, { _id, seq: _id === first ? 2 : 1, ...values, seen: true });
    expected.delete(second);
    await withStore({ program, dataFolder }, async (db) => {
      assert.deepEqual(await all(db.collection<Row>('rows')), expected);
    });
  });

  it('serves readers of far more than its memory, several at a time', async (t) => {
    const dataFolder = await folderFor(t);
    await withStore({ program, dataFolder, heapMb: 64 }, async (db) => {
      const rows = db.collection<Row>('rows');
      const text = 'x'.repeat(10_000);
      const count = 8_000;
      for (let from = 0; from < count; from += 500)
        await rows.insertMany(
          Array.from({ length: 500 }, (_, n) => ({ _id: String(from + n).padStart(6, '0'), text })),
        );
      const readers = [1, 2, 3, 4].map(() => rows.find().sort({ _id: 1 }).batchSize(100));
      for (const reader of readers) assert.equal((await reader.next())?._id, '000000');
      const [first, ...others] = readers;
      let seen = 1;
      for await (const row of first ?? assert.fail()) assert.equal(Number(row._id), seen++);
      assert.equal(seen, count);
      for (const reader of others) await reader.close();
    });
  });
});

describe('searching the embedded store by id', () => {
  let stop: () => Promise<void>;
  let db: Db;
  before(async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'tributary-store-search-'));
    const store = await startStore({ program: await javaStore(), dataFolder });
    const client = await MongoClient.connect(store.uri);
    db = client.db('search');
    stop = async () => {
      await client.close();
      await store.stop();
      await rm(dataFolder, { recursive: true, force: true });
    };
  });
  after(() => stop());

  it('gives what fits, in order, whatever range, direction, limit and answer size', async () => {
    const bound = fc.option(id, { nil: undefined });
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(id, { maxLength: 40 }),
        fc.record({ $gt: bound, $gte: bound, $lt: bound, $lte: bound }),
        fc.record({
          odd: fc.boolean(),
          descending: fc.boolean(),
          limit: fc.nat({ max: 12 }),
          batchSize: fc.integer({ min: 2, max: 9 }),
        }),
        async (ids, range, { odd, descending, limit, batchSize }) => {
          const rows = db.collection<Row>(`rows${number++}`);
          if (ids.length > 0)
            await rows.insertMany(ids.map((_id) => ({ _id, odd: _id.length % 2 === 1, left: 'out' })));
          const given = Object.entries(range).filter(([, value]) => value !== undefined);
          const found = await rows
            .find(
              { ...(given.length > 0 && { _id: Object.fromEntries(given) }), ...(odd && { odd }) },
              { projection: { _id: 1 } },
            )
            .sort({ _id: descending ? -1 : 1 })
            .limit(limit)
            .batchSize(batchSize)
            .toArray();
          const { $gt, $gte, $lt, $lte } = range;
          const fit = ids
            .filter((one) => $gt === undefined || byText(one, $gt) > 0)
            .filter((one) => $gte === undefined || byText(one, $gte) >= 0)
            .filter((one) => $lt === undefined || byText(one, $lt) < 0)
            .filter((one) => $lte === undefined || byText(one, $lte) <= 0)
            .filter((one) => !odd || one.length % 2 === 1)
            .sort(byText);
          if (descending) fit.reverse();
          assert.deepEqual(
            found,
            (limit > 0 ? fit.slice(0, limit) : fit).map((_id) => ({ _id })),
          );
          if (ids.length > 0) await rows.drop();
        },
      ),
      { numRuns: 150 },
    );
  });

  it('goes on after what is written and deleted between two answers, and keeps ids of other types in order', async () => {
    const rows = db.collection<Row>('between');
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    await rows.insertMany(ids.map((_id) => ({ _id })));
    const reader = rows.find().sort({ _id: 1 }).batchSize(3);
    const seen = [await reader.next(), await reader.next(), await reader.next()].map((row) => row?._id);
    await rows.deleteMany({ _id: { $in: ['a', 'd', 'e'] } });
    await rows.insertOne({ _id: 'ee' });
    for await (const { _id } of reader) seen.push(_id);
    assert.deepEqual(seen, ['a', 'b', 'c', 'ee', 'f', 'g']);

    const mixed = db.collection<Document>('mixed');
    for (const _id of ['text', 5, 1.5, true]) await mixed.insertOne({ _id: _id as never });
    const order = async (direction: 1 | -1) =>
      (await mixed.find().sort({ _id: direction }).toArray()).map(({ _id }) => _id as unknown);
    assert.deepEqual(await order(1), [1.5, 5, 'text', true]);
    assert.deepEqual(await order(-1), [true, 'text', 5, 1.5]);
    assert.deepEqual(await mixed.find({ _id: { $gte: 'a' as never } }).toArray(), [{ _id: 'text' }]);
  });
});
