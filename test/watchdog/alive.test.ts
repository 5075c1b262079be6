import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { createAlive } from '../../client/watchdog/alive.ts';
import { openStateFile } from '../../client/watchdog/state-file.ts';
import { fieldsOfTable, syncTables } from '../../domain/sync-base.ts';
import { fieldToCreate } from '../../domain/sync-base-schema.ts';
import { type AirtableStandIn, startAirtable } from '../support/airtable/index.ts';
import { localEgress } from '../support/egress.ts';

const log = pino({ level: 'silent' });

describe('Alive in Airtable, written by the watchdog', () => {
  let airtable: AirtableStandIn;
  let folder: string;
  before(async () => {
    airtable = await startAirtable();
    folder = await mkdtemp(join(tmpdir(), 'tributary-alive-'));
  });
  after(async () => {
    await airtable.stop();
    await rm(folder, { recursive: true });
  });

  /** A base with its row of Overview, and a watchdog that was started anew for it. */
  async function scene() {
    const base = airtable.addBase([
      { name: syncTables.overview.name, fields: fieldsOfTable('overview').map(fieldToCreate) },
    ]);
    const table = base.table('Overview');
    const record = base.person().add('Overview', { Id: 'service', Alive: 1 });
    const field = table.fields.find(({ name }) => name === 'Alive')?.id ?? '';
    const token = airtable.token({ bases: [base.id] });
    const cells = [{ base: base.id, table: table.id, record, field }];
    let time = 0;
    let storeIsThere = true;
    const start = async () =>
      createAlive({
        ...{ file: await openStateFile(join(folder, `${base.id}.json`), log), token, log },
        ...{ apiUrl: airtable.url, egress: localEgress, now: () => time },
        cells: async () => {
          if (!storeIsThere) throw new Error('the store is gone');
          return cells;
        },
      });
    const written = (): unknown[] =>
      airtable.seen
        .filter(({ method, path }) => method === 'PATCH' && path.includes(base.id))
        .map(({ status, body }) => [status, Object.values(JSON.parse(body).records[0].fields)[0]]);
    return {
      ...{ base, start, written },
      alive: () => base.rows('Overview')[0]?.Alive,
      later: (ms: number) => {
        time += ms;
      },
      storeGoes: () => {
        storeIsThere = false;
      },
    };
  }

  test('is 0 while the service is offline, and 1 again, each written once', async () => {
    const { start, storeGoes, alive, written } = await scene();
    const round = await start();
    await round(false);
    assert.deepEqual(written(), []);
    storeGoes();
    await round(true);
    await round(true);
    assert.equal(alive(), 0);
    await round(false);
    await round(false);
    assert.equal(alive(), 1);
    assert.deepEqual(written(), [
      [200, 0],
      [200, 1],
    ]);
  });

  test('a watchdog that was started anew neither repeats nor forgets it', async () => {
    const { start, alive, written, storeGoes } = await scene();
    const first = await start();
    await first(false);
    storeGoes();
    await first(true);
    const second = await start();
    await second(true);
    assert.equal(written().length, 1);
    await second(false);
    assert.equal(alive(), 1);
  });

  test('a refusal is tried again, not before the lock-out is over', async () => {
    const { start, base, alive, written, later } = await scene();
    const round = await start();
    await round(false);
    airtable.setQuotaUsedUp(true);
    await round(true);
    airtable.setQuotaUsedUp(false);
    await round(true);
    assert.equal(alive(), 1, 'too early');
    later(35_000);
    await round(true);
    assert.equal(alive(), 0);
    assert.equal(written().length, 2, base.id);
  });
});
