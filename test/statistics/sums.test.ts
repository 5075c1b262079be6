import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type IngestionRunStatus, ingestionRunStatuses } from '../../domain/ingestion.ts';
import { addSums, hourOf, hoursBetween, rowsPerSecond, sumRuns } from '../../domain/statistics.ts';
import type { IngestionDoc } from '../../stores/model.ts';
import { newId, openTestStores } from '../stores/support.ts';

const begin = Date.parse('2026-03-01T10:30:00.000Z');
const hours = hoursBetween(new Date(begin - 3_600_000), new Date(begin + 5 * 3_600_000));

interface Written {
  readonly session: number;
  readonly resource: string;
  readonly version: number;
  readonly status: IngestionRunStatus;
  readonly rows: number;
  readonly minutes: number;
}

function rowOf(
  connectionId: string,
  { session, resource, version, status, rows, minutes }: Written,
): IngestionDoc {
  const startedAt = new Date(begin + minutes * 60_000);
  const sessionId = `${connectionId}.${session}`;
  return {
    ...{
      _id: `${sessionId}/${resource}`,
      sessionId,
      connectionId,
      company: 'acme',
      app: 'shop',
      generation: 1,
    },
    ...{ resource, kind: 'full', status, reason: null, blockedBy: [], startedAt, endedAt: startedAt },
    ...{ durationMs: rows * 10, rows, bytes: rows * 100, rowsPerSecond: 100, ledger: null },
    ...{ anomalies: [], comparedWith: 0, hour: hourOf(startedAt), formerHours: [], version },
  };
}

const written: fc.Arbitrary<Written> = fc.record({
  session: fc.integer({ min: 1, max: 3 }),
  resource: fc.constantFrom('orders', 'customers'),
  version: fc.integer({ min: 1, max: 6 }),
  status: fc.constantFrom(...ingestionRunStatuses),
  rows: fc.nat(10_000),
  minutes: fc.nat(200),
});
/** A version of a row has one content; and an order with repetitions. */
const histories = fc
  .uniqueArray(written, {
    selector: ({ session, resource, version }) => `${session}/${resource}/${version}`,
    minLength: 1,
    maxLength: 12,
  })
  .chain((all) =>
    fc.record({
      all: fc.constant(all),
      order: fc
        .array(fc.nat(all.length - 1), { maxLength: 8 })
        .chain((again) =>
          fc.shuffledSubarray([...all.keys(), ...again], { minLength: all.length + again.length }),
        ),
      together: fc.integer({ min: 1, max: 4 }),
    }),
  );

/** What must be there in the end: of each row its greatest version. */
function expected(connectionId: string, all: readonly Written[]): IngestionDoc[] {
  const last = new Map<string, Written>();
  for (const one of [...all].sort((a, b) => a.version - b.version))
    last.set(`${one.session}/${one.resource}`, one);
  return [...last.values()].map((one) => rowOf(connectionId, one));
}

describe('sums by the hour', () => {
  test('an hour is the one in UTC, from its first millisecond', () => {
    assert.equal(hourOf(new Date('2026-03-01T09:59:59.999Z')), '2026-03-01T09:00:00.000Z');
    assert.equal(hourOf(new Date('2026-03-01T10:00:00.000Z')), '2026-03-01T10:00:00.000Z');
    const [from, to] = [new Date('2026-03-01T09:10:00Z'), new Date('2026-03-01T11:00:00Z')];
    assert.deepEqual(hoursBetween(from, to), ['2026-03-01T09:00:00.000Z', '2026-03-01T10:00:00.000Z']);
    assert.deepEqual(hoursBetween(to, from), []);
    assert.equal(hoursBetween(from, new Date(from.getTime() + 1)).length, 1);
  });

  test('rows a second: none where no time went by', () => {
    assert.equal(rowsPerSecond(10, 0), null);
    assert.equal(rowsPerSecond(10, null), null);
    assert.equal(rowsPerSecond(1_000, 3_000), 333.33);
  });

  test('adding parts gives the sum of the whole', () => {
    fc.assert(
      fc.property(fc.array(written), fc.nat(), (all, cut) => {
        const rows = all.map((one) => rowOf('c', one));
        const at = rows.length === 0 ? 0 : cut % rows.length;
        assert.deepEqual(addSums(sumRuns(rows.slice(0, at)), sumRuns(rows.slice(at))), sumRuns(rows));
      }),
    );
  });
});

describe('sums in the store', async () => {
  const stores = await openTestStores();

  const summed = async (connectionId: string) => {
    const docs = await stores.statistics.hours({ connectionIds: [connectionId], hours });
    return docs
      .filter(({ runs }) => runs.length > 0)
      .map(({ hour, runs, resources }) => ({ hour, runs, sum: addSums(...resources) }));
  };

  const wanted = (rows: readonly IngestionDoc[]) =>
    hours.flatMap((hour) => {
      const of = rows.filter((row) => row.hour === hour);
      return of.length === 0 ? [] : [{ hour, runs: of.map((row) => row._id).sort(), sum: sumRuns(of) }];
    });

  test('any order and repetition of writes, also several at once, gives the same sums', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ({ all, order, together }) => {
        const connectionId = newId('sums');
        for (let at = 0; at < order.length; at += together) {
          const part = order.slice(at, at + together).flatMap((index) => all[index] ?? []);
          await Promise.all(part.map((one) => stores.statistics.put([rowOf(connectionId, one)])));
        }
        const rows = expected(connectionId, all);
        assert.deepEqual(await summed(connectionId), wanted(rows));
      }),
      { numRuns: 25 },
    );
  });

  test('sums that were not written any more are made by the next write of the same row', async () => {
    const connectionId = newId('cut');
    const early = rowOf(connectionId, {
      ...{ session: 1, resource: 'orders', version: 1, status: 'IN_PROGRESS', rows: 0, minutes: 0 },
    });
    await stores.statistics.put([early]);
    // A process that died between the row and the sums: the row is there, moved to another hour.
    const later = { ...early, version: 2, rows: 5, status: 'COMPLETED', hour: hours[3] ?? '' } as const;
    const { _id, ...change } = { ...later, formerHours: [early.hour] };
    await stores.db.collection<IngestionDoc>('ingestions').updateOne({ _id }, { $set: change });
    await stores.statistics.put([later]);
    assert.deepEqual(await summed(connectionId), wanted([later]));
  });

  test('a year later they are gone, and what is younger stays', async () => {
    const connectionId = newId('old');
    const base = { resource: 'orders', version: 1, status: 'COMPLETED', rows: 1 } as const;
    const rows = [0, 90].map((minutes, index) =>
      rowOf(connectionId, { ...base, session: index + 1, minutes }),
    );
    await stores.statistics.put(rows);
    await stores.statistics.expire(new Date(rows[1]?.hour ?? ''));
    assert.deepEqual(await stores.statistics.many(rows.map(({ _id }) => _id)), rows.slice(1));
    assert.deepEqual(await summed(connectionId), wanted(rows.slice(1)));
  });

  test('hours of many connections are found by range as by id', async () => {
    const ids = [newId('many'), newId('many')];
    const base = { session: 1, resource: 'orders', version: 1, status: 'COMPLETED', rows: 1 } as const;
    for (const [index, id] of ids.entries())
      await stores.statistics.put([rowOf(id, { ...base, minutes: index * 60 })]);
    const few = await stores.statistics.hours({ connectionIds: ids, hours });
    const none = Array.from({ length: 1_000 }, (_, index) => `nobody-${index}`);
    const many = await stores.statistics.hours({ connectionIds: [...ids, ...none], hours });
    assert.equal(few.length, 2);
    assert.deepEqual(many, few);
  });
});
