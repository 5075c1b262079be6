import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { accounts, type OrderRow } from '../../examples/storefront/orders.ts';
import { programHere } from '../support/node.ts';
import { openStorefront as start, visit } from '../support/storefront.ts';

const folder = await mkdtemp(join(tmpdir(), 'storefront-'));
after(() => rm(folder, { recursive: true }));

const ids = (rows: readonly OrderRow[]) => new Set(rows.map((row) => row.row_id));

describe('held-back days', () => {
  test('are released one by one, found by updated_since, and end with all order lines', async () => {
    const storefront = await start({ holdBackDays: 60 });
    const east = await visit(storefront, 'east');
    const known = new Map<number, OrderRow>();
    const take = (rows: readonly OrderRow[]) => {
      for (const row of rows) known.set(row.row_id, row);
    };
    take((await east.read()).rows);
    assert.ok(known.size > 2400 && known.size < 2700, `${known.size} before`);
    const seen = { rows: 0, lateUpdates: 0, duplicates: 0, malformed: 0 };
    for (let left = 60; left > 0; ) {
      const latest =
        [...known.values()]
          .map((row) => row.updated_at)
          .sort()
          .at(-1) ?? '';
      const day = storefront.control.release();
      assert.ok(day);
      left = day.daysLeft;
      for (const name of ['rows', 'lateUpdates', 'duplicates', 'malformed'] as const) seen[name] += day[name];
      if (left % 5 !== 0) continue;
      const { rows } = await east.read(latest);
      assert.ok(rows.every((row) => row.updated_at >= latest));
      take(rows);
    }
    assert.equal(known.size, 2848);
    assert.ok([...known.values()].every((row) => typeof row.sales === 'number'));
    assert.ok(
      seen.rows > 500 && seen.lateUpdates >= 60 && seen.duplicates > 5 && seen.malformed > 5,
      JSON.stringify(seen),
    );
    assert.equal(storefront.control.release(), undefined);
    const total = await Promise.all(
      accounts.map(async ({ id }) => ids((await (await visit(storefront, id)).read()).rows).size),
    );
    assert.equal(
      total.reduce((sum, count) => sum + count),
      9994,
    );
  });

  test('bring the same by the same seed, and are kept over a restart', async () => {
    const stateFile = join(folder, 'held.json');
    const first = await start({ holdBackDays: 60, seed: 7, stateFile });
    const twin = await start({ holdBackDays: 60, seed: 7 });
    for (let i = 0; i < 9; i++) assert.deepEqual(first.control.release(), twin.control.release());
    const { rows } = await (await visit(twin, 'west')).read();
    await first.stop();
    const again = await start({ holdBackDays: 60, seed: 7, stateFile });
    assert.deepEqual((await (await visit(again, 'west')).read()).rows, rows);
    assert.equal(again.control.release()?.daysLeft, 50);
  });
});

describe('as a process', () => {
  const main = fileURLToPath(new URL('../../examples/storefront/main.ts', import.meta.url));

  test('it prints its address, serves, and ends when its parent is killed', async () => {
    // The parent in between is killed without a chance to stop its child.
    const parent = spawn(process.execPath, [
      '-e',
      `require('node:child_process').spawn(process.execPath, ${JSON.stringify([...programHere(main), '--port', '0'])}, { stdio: ['ignore', 'inherit', 'inherit'] }); setInterval(() => {}, 1000)`,
    ]);
    const lines = createInterface(parent.stdout);
    const [line] = (await once(lines, 'line')) as [string];
    const { url } = JSON.parse(line) as { url: string };
    assert.equal((await fetch(`${url}/health`)).status, 200);
    const closed = once(lines, 'close');
    parent.kill('SIGKILL');
    await closed;
    await assert.rejects(fetch(`${url}/health`));
  });

  test('settings that do not parse are all named, and it exits 2', async () => {
    const child = spawn(process.execPath, [...programHere(main), '--port', 'x', '--seed=-3']);
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const [code] = await once(child, 'close');
    assert.equal(code, 2);
    assert.match(said, /port[\s\S]*seed|seed[\s\S]*port/);
  });
});
