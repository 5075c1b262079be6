import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sourceDefinition } from '../test/connectors/airbyte/scene.ts';
import { pythonProgram } from '../tools/python-programs.ts';
import { withLoader } from './loader.ts';
import type { Table } from './table.ts';

const run = promisify(execFile);
const rows = 20_000;
const configuration = { count: rows, seed: 7, parallelism: 1, always_updated: false };

/** Users of airbyte-source-faker into batches in the store, and the same source into nothing. For information. */
export async function benchAirbyte(table: Table): Promise<void> {
  const found = await pythonProgram('airbyte-source-faker', console.error);
  if ('missing' in found) return;
  const folder = await mkdtemp(join(tmpdir(), 'tributary-bench-airbyte-'));
  try {
    const config = join(folder, 'config.json');
    const catalog = join(folder, 'catalog.json');
    const stream = {
      ...{ name: 'users', json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
      source_defined_primary_key: [['id']],
    };
    const modes = { sync_mode: 'incremental', destination_sync_mode: 'append_dedup' };
    await writeFile(config, JSON.stringify(configuration));
    const selected = { stream, ...modes, cursor_field: ['updated_at'] };
    await writeFile(catalog, JSON.stringify({ streams: [selected] }));
    const command = 'exec "$1" read --config "$2" --catalog "$3" > /dev/null 2> /dev/null';
    const began = performance.now();
    await run('/bin/sh', ['-c', command, 'sh', found.path, config, catalog]);
    table.row('Airbyte source: into nothing', rows / ((performance.now() - began) / 1000), 'rows/s');

    const definition = sourceDefinition({ id: 'users', incremental: true });
    const env = { TRIBUTARY_SOURCE_PROGRAMS: `source=${found.path}` };
    await withLoader(definition, env, async ({ worker, load }) => {
      await worker.resetPeak();
      const { rowsPerSecond } = await load(definition, configuration, rows);
      table.row('Airbyte source: loading, its discovery included', rowsPerSecond, 'rows/s');
      const peakMb = await worker.peakMb();
      const { idleMb } = worker;
      const aboveMb = idleMb === null || peakMb === null ? null : peakMb - idleMb;
      table.row('Airbyte source: peak memory above idle, 20,000 rows', aboveMb, 'MB', { atMost: 200 });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
