import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../domain/json.ts';
import { pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { startWorld, tester, type World } from '../support/world.ts';

/** Rows whose amount is a text: the definition as it is takes none of them. */
const withTexts = (count: number, from: number): JsonObject[] =>
  pagedRows(count, from).map((row) => ({ ...row, amount: `${row.amount} EUR` }));

describe('a session closed in 14', () => {
  let world: World;
  before(async () => {
    world = await startWorld({ batchRows: 150 });
  });
  after(() => world.stop());

  it('is continued by a refresh with the mended definition: no row lost, none loaded twice', async () => {
    const rows = [...pagedRows(400), ...withTexts(200, 401), ...pagedRows(400, 601)];
    const app = await startPagedApp({ resources: { orders: rows } });
    const definition = pagedDefinition({ incremental: false });
    const connection = await world.started({ definition, baseUrl: app.url });
    const sessions = world.sessions({ decisionWindowMs: 200 });
    const start = { kind: 'load', by: tester } as const;

    await sessions.startSession(connection, start);
    await world.reaches(connection._id, 14, ({ reason }) => reason === 'QUARANTINE_THRESHOLD');
    const closed = await world.closes(connection._id);
    assert.equal(closed.closedBy, 'window');
    assert.equal(app.asked.length, 10);
    assert.equal(
      await world.stores.cursors.get(connection._id, 1, 'orders'),
      null,
      'no cursor before the merge',
    );

    const mended = definition.resources.map((resource) => ({
      ...resource,
      schema: { type: 'object', properties: { amount: { type: ['number', 'string'] } } },
    }));
    world.definitions.set(definition.id, { ...definition, resources: mended });
    await sessions.startSession(connection, start);
    const session = await world.reaches(connection._id, 19);
    await world.closes(connection._id);

    assert.equal(session._id, closed._id, 'the same session goes on');
    assert.deepEqual(await world.path(session._id), [2, 12, 13, 14, 13, 15, 16, 18, 19]);
    assert.deepEqual(
      app.asked.map(({ offset }) => offset),
      Array.from({ length: 10 }, (_, page) => page * 100),
      'no page is asked for twice',
    );
    const [run] = await world.stores.structuring.many(session._id, ['orders']);
    assert.ok(run);
    const { read, inserted, quarantined, recordsBefore, recordsAfter } = run.ledger;
    assert.deepEqual(
      { read, inserted, quarantined, recordsBefore, recordsAfter },
      { read: 1000, inserted: 1000, quarantined: 0, recordsBefore: 0, recordsAfter: 1000 },
    );
    assert.equal(await world.stores.quarantine.of(connection._id, 1, 'orders').count(), 0);

    await sessions.startSession(connection, start);
    const next = await world.reaches(connection._id, 19, ({ number }) => number === 2);
    const [again] = await world.stores.structuring.many(next._id, ['orders']);
    assert.equal(again?.ledger.unchanged, 1000);
    assert.equal(again?.ledger.recordsAfter, 1000);
    await world.closes(connection._id);
    await app.stop();
  });
});
