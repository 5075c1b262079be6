import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../domain/json.ts';
import { pagedRows } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { type Scene, setScene } from './scene.ts';

const pageSize = 3;
/** Offset of the page after three good ones. */
const fourth = 3 * pageSize;

describe('a read that ends in the middle of a batch', { concurrency: 4 }, () => {
  let world: World;
  // No batch is full or old before the end.
  before(async () => {
    world = await startWorld({ batchRows: 1_000, batchAgeMs: 600_000 });
  });
  after(() => world.stop());

  const ids = (rows: readonly unknown[]) => rows.map((row) => String((row as JsonObject).id));

  async function storedIds(sessionId: string): Promise<string[]> {
    const stored: string[] = [];
    for (let number = 0; ; number++) {
      const batch = await world.stores.loading.readBatch(sessionId, 'orders', number);
      if (batch === null) return stored;
      stored.push(...ids(batch.rows));
    }
  }

  /** The rows of three pages are stored; then the app is mended, and nothing is doubled. */
  async function keptAndGoesOn(scene: Scene, sessionId: string, mend: () => void): Promise<void> {
    assert.deepEqual(await storedIds(sessionId), ids(pagedRows(fourth)));
    const asked = scene.app.asked.length;
    mend();
    await scene.call('retry');
    await world.reaches(scene.id, 19);
    assert.equal(scene.app.asked[asked]?.offset, fourth, 'goes on where the stored rows end');
    assert.deepEqual(await storedIds(sessionId), ids(pagedRows(20)));
    const [run] = await world.stores.structuring.many(sessionId, ['orders']);
    assert.deepEqual([run?.ledger.read, run?.ledger.inserted], [20, 20]);
  }

  const faults: Record<string, (scene: Scene) => void> = {
    SOURCE_SERVER_ERROR: ({ app }) => {
      app.faults.fail = { count: 1, status: 500 };
    },
    SOURCE_BAD_ANSWER: ({ app }) => {
      app.faults.raw = { body: '<html>Down for maintenance</html>', contentType: 'text/html' };
    },
    SOURCE_TOO_LARGE: ({ app }) => {
      const body = `{"data":[{"id":"r10","note":"${'x'.repeat(200_000_000)}"}],"next":null}`;
      app.faults.raw = { body, contentType: 'application/json' };
    },
    SOURCE_CURSOR_REPEATED: ({ app }) => {
      const body = JSON.stringify({ data: pagedRows(pageSize, fourth + 1), next: String(fourth) });
      app.faults.raw = { body, contentType: 'application/json' };
    },
  };
  for (const [reason, fault] of Object.entries(faults))
    it(`keeps the rows before ${reason}`, async (t) => {
      const scene = await setScene(world, t, { pageSize });
      scene.app.onPage = ({ offset }) => {
        if (offset >= fourth) fault(scene);
      };
      await scene.load();
      const failed = await world.reaches(scene.id, 11);
      assert.equal(failed.reason, reason);
      await keptAndGoesOn(scene, failed._id, () => {
        scene.app.onPage = undefined;
        scene.app.faults.fail = undefined;
        scene.app.faults.raw = undefined;
      });
    });

  it('keeps the rows before a cancel', async (t) => {
    const scene = await setScene(world, t, { pageSize });
    scene.app.onPage = ({ offset }) => {
      if (offset >= fourth) scene.app.faults.hold = true;
    };
    await scene.load();
    await until('the fourth page', async () =>
      scene.app.waiting() > 0 ? { found: true } : { seen: 'none' },
    );
    assert.equal(await scene.call('cancel'), 11);
    const { _id } = await world.latest(scene.id);
    await keptAndGoesOn(scene, _id, () => {
      scene.app.onPage = undefined;
      scene.app.release();
    });
  });

  it('an app that allows three pages at a time is read to its end', async (t) => {
    const scene = await setScene(world, t, { pageSize });
    let allowed = 3;
    scene.app.onPage = () => {
      allowed -= 1;
      if (allowed >= 0) return;
      allowed = 3;
      scene.app.faults.fail = { count: 1, status: 503 };
    };
    await scene.port.startSession(scene.connection, { kind: 'load', by: tester });
    const synced = await world.reaches(scene.id, 19);
    assert.deepEqual(await storedIds(synced._id), ids(pagedRows(20)));
    const refused = scene.app.asked.filter(({ offset }) => offset === fourth).length;
    assert.equal(refused, 2);
  });
});
