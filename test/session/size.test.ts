import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventsGoal, measureHistory, payloadGoalBytes } from '../../bench/history.ts';
import { sessionWorkflowId } from '../../domain/contracts.ts';
import { pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { startWorld, tester, type World } from '../support/world.ts';

describe('the history of a session without faults', () => {
  let world: World;
  before(async () => {
    world = await startWorld({ batchRows: 250 });
  });
  after(() => world.stop());

  for (const count of [1, 3]) {
    it(`stays small with ${count} resources and thousands of rows`, async () => {
      const resources = Array.from({ length: count }, (_, index) => `resource-${index + 1}`);
      const rows = Object.fromEntries(resources.map((resource) => [resource, pagedRows(3_000 / count)]));
      const app = await startPagedApp<string>({ resources: rows });
      const definition = pagedDefinition({ id: `app-${count}`, resources, deduplication: true });
      const connection = await world.started({ definition, baseUrl: app.url });
      await world.sessions().startSession(connection, { kind: 'load', by: tester });
      const session = await world.reaches(connection._id, 19);
      await world.closes(connection._id);
      await app.stop();

      const history = await world.client.workflow.getHandle(sessionWorkflowId(connection._id)).fetchHistory();
      const { events, greatestPayloadBytes } = measureHistory(history);
      assert.ok(events <= eventsGoal(count), `${events} events; ${eventsGoal(count)} are allowed`);
      assert.ok(
        greatestPayloadBytes > 100 && greatestPayloadBytes <= payloadGoalBytes,
        `${greatestPayloadBytes} bytes`,
      );
      const runs = await world.stores.structuring.many(session._id, resources);
      assert.equal(
        runs.reduce((sum, { ledger }) => sum + ledger.inserted, 0),
        3_000,
      );
    });
  }
});
