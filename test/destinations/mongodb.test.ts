import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { MongoClient } from 'mongodb';
import type { DeliveryTarget, TargetField } from '../../destinations/contract.ts';
import { mongodb } from '../../destinations/mongodb/index.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { createEgress } from '../../platform/egress.ts';
import { storeUri } from '../stores/support.ts';
import { startTcpProxy } from '../support/destinations/tcp-proxy.ts';
import { destinationContract } from './contract.ts';
import { deliver, put, type Scene, testContext } from './scene.ts';

interface Document extends Record<string, unknown> {
  readonly _id: string;
}

const database = `test_destination_${randomBytes(5).toString('hex')}`;
let client: MongoClient;
const collection = (target: DeliveryTarget) => client.db(database).collection<Document>(target.object);

before(async () => {
  client = await new MongoClient(storeUri()).connect();
});
after(async () => {
  await client.db(database).dropDatabase();
  await client.close();
});

const throughHost = (host: string): string => {
  const uri = storeUri().replace(/^(mongodb:\/\/(?:[^@/]*@)?)[^/?]+/, `$1${host}`);
  const options = 'directConnection=true&serverSelectionTimeoutMS=400';
  return `${uri}${uri.includes('?') ? '&' : uri.includes('/', 10) ? '?' : '/?'}${options}`;
};

let made = 0;
const newTarget = (fields: readonly TargetField[], keyField = 'id'): DeliveryTarget => ({
  syncId: `sync${++made}`,
  object: `rows${made}`,
  keyField,
  fields: [{ name: keyField, type: 'text' }, ...fields],
});

async function makeScene(): Promise<Scene> {
  const proxy = await startTcpProxy(/^mongodb:\/\/(?:[^@/]*@)?([^/,?]+)/.exec(storeUri())?.[1] ?? '');
  const closed = await startTcpProxy('127.0.0.1:1');
  await closed.stop();
  const settings = { configuration: { database }, secret: { uri: throughHost(proxy.host) } };
  const target = async (fields: readonly TargetField[]) => newTarget(fields);
  return {
    driver: mongodb,
    settings,
    context: testContext,
    target,
    rows: async (target) => {
      const documents = await collection(target).find().toArray();
      return new Map(documents.map(({ _id, ...fields }) => [_id, fields as JsonObject]));
    },
    rejecting: async () => {
      const target = newTarget([
        { name: 'name', type: 'text' },
        { name: 'amount', type: 'number' },
      ]);
      await collection(target).createIndex({ amount: 1 }, { unique: true });
      return { target, bad: { name: 'bad', amount: 2 }, code: /^11000$/, message: /duplicate key/i };
    },
    sever: proxy.sever,
    stall: proxy.stall,
    unparsable: {
      configuration: { database: 'a.b', more: 1 },
      secret: { uri: 'mongodb://u:geheim@db.example/?tlsCAFile=%2Fetc%2Fx&authMechanism=MONGODB-AWS&w=0' },
      says: [/configuration\.database/, /more/, /tlsCAFile/, /authMechanism/, /option w,/, /^(?!.*geheim)/],
    },
    wrong: [{ ...settings, secret: { uri: throughHost(closed.host) }, says: [/cannot be reached/] }],
    missing: async () => {
      const target = newTarget([]);
      return { target, creates: [new RegExp(`collection ${target.object} in the database ${database}`)] };
    },
    close: proxy.stop,
  };
}

destinationContract('mongodb', makeScene);

describe('mongodb', () => {
  let scene: Scene;
  before(async () => {
    scene = await makeScene();
  });
  after(() => scene.close());

  test('fields of others in the same document stay', async () => {
    const target = newTarget([{ name: 'name', type: 'text' }]);
    await collection(target).insertOne({ _id: 'a', name: 'old', note: 'mine' });
    await deliver(scene, target, [[put('insert', 'a', { name: 'new' })]]);
    assert.deepEqual(await collection(target).findOne(), { _id: 'a', id: 'a', name: 'new', note: 'mine' });
  });

  test('a key field named _id is no field beside the key', async () => {
    const target = newTarget([{ name: 'name', type: 'text' }], '_id');
    const rows = [
      { key: 'a', action: 'insert', fields: { _id: 'a', name: 'A' } },
      { key: '1', action: 'insert', fields: { _id: 1 } },
    ] as const;
    await deliver(scene, target, [rows]);
    await deliver(scene, target, [rows]);
    assert.deepEqual(await collection(target).find().sort({ _id: 1 }).toArray(), [
      { _id: '1' },
      { _id: 'a', name: 'A' },
    ]);
  });

  test('a point in time is stored as a date, a text that is none as a text', async () => {
    const target = newTarget([{ name: 'at', type: 'datetime' }]);
    await deliver(scene, target, [
      [put('insert', 'a', { at: '2026-01-02T03:04:05.678Z' }), put('insert', 'b', { at: 'soon' })],
    ]);
    const found = await collection(target).find().sort({ _id: 1 }).toArray();
    assert.deepEqual(
      found.map(({ at }) => at),
      [new Date('2026-01-02T03:04:05.678Z'), 'soon'],
    );
  });

  test('rows that are several times as large as their JSON arrive, in one command or in more than one takes', async () => {
    const digits = Array.from({ length: 290_000 }, () => 0);
    for (const count of [4, 6]) {
      const target = newTarget([{ name: 'digits', type: 'json' }]);
      const rows = Array.from({ length: count }, (_, n) => put('insert', `r${n}`, { digits }));
      const outcomes = await deliver(scene, target, [rows]);
      assert.deepEqual(
        outcomes.map(({ outcome }) => outcome),
        rows.map(() => 'delivered'),
      );
      assert.equal(await collection(target).countDocuments({ digits: { $size: digits.length } }), count);
    }
  });

  test('of new rows some of which are there, each arrives, and the others are not waited for', async () => {
    const target = newTarget([{ name: 'name', type: 'text' }]);
    const rows = Array.from({ length: 10 }, (_, n) => put('insert', `r${n}`, { name: `new ${n}` }));
    await collection(target).insertMany([3, 7].map((n) => ({ _id: `r${n}`, name: 'old', note: 'mine' })));
    const again = [put('update', 'r3', { name: 'later' }), put('insert', 'x', { name: 'x' })];
    const outcomes = await deliver(scene, target, [rows, again]);
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'delivered').length, 12);
    const found = await collection(target).find().sort({ _id: 1 }).toArray();
    assert.deepEqual(
      found.map(({ _id, name, note }) => [_id, name, note]),
      [...rows, ...again.slice(1)].map(({ key }) => {
        const name = key === 'r3' ? 'later' : key === 'x' ? 'x' : `new ${key.slice(1)}`;
        return [key, name, key === 'r3' || key === 'r7' ? 'mine' : undefined];
      }),
    );
  });

  test('a private address is refused, by its IP address and by its name', async () => {
    const egress = createEgress({
      lookup: (_name, _options, done) => done(null, [{ address: '10.1.2.3', family: 4 }]),
    });
    for (const host of ['127.0.0.1:27017', 'db.example:27017']) {
      const uri = `mongodb://${host}/?serverSelectionTimeoutMS=300`;
      const settings = { ...mongodb.parse({ database }, { uri }), signal: AbortSignal.timeout(5_000) };
      const context = { ...testContext, egress };
      await assert.rejects(
        mongodb.open({ ...settings, context }, newTarget([]), 's.1'),
        (error: unknown) => error instanceof TributaryError && error.code === 'ADDRESS_REFUSED',
      );
      const { problems } = await mongodb.check({ ...settings, context });
      assert.match(problems.join(), /is not asked: it is a (loopback|private) address/);
    }
    await egress.close();
  });
});
