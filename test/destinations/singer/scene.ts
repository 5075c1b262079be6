import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DestinationDriver } from '../../../destinations/contract.ts';
import { singer } from '../../../destinations/singer/index.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { type Scene, testContext } from '../scene.ts';

const program = fileURLToPath(new URL('../../support/singer/target.mjs', import.meta.url));

/** A little target of our own, which does what it is told by `does`. */
export async function singerScene(does = 'all') {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-test-target-'));
  const mark = (name: string) => async () => {
    await writeFile(join(folder, name), '');
    return () => rm(join(folder, name), { force: true });
  };
  let streams = 0;
  const configuration = { target: 'little', configuration: { folder, does }, quietSecs: 20 };
  const scene: Scene = {
    driver: singer as DestinationDriver,
    settings: { configuration, secret: null },
    context: {
      ...testContext,
      allow: {
        folders: [],
        executables: { little: [process.execPath, program], absent: [join(folder, 'no-such-program')] },
      },
    },
    target: async (fields) => ({
      ...{ syncId: 's', object: `stream ${++streams}`, keyField: 'id' },
      fields: [{ name: 'id', type: 'text' }, ...fields],
    }),
    async rows({ object }) {
      const file = join(folder, `${encodeURIComponent(object)}.jsonl`);
      const lines = existsSync(file) ? (await readFile(file, 'utf8')).split('\n').filter(Boolean) : [];
      return new Map(
        lines.map((line) => {
          const { _sdc_deleted_at, ...row } = JSON.parse(line) as JsonObject & { id: string };
          return [row.id, row as JsonObject];
        }),
      );
    },
    rejecting: null,
    sever: mark('severed'),
    stall: mark('stalled'),
    unparsable: {
      configuration: { configuration: 1, quietSecs: 0 },
      secret: { password: 'x' },
      says: [/configuration\.target/, /configuration\.configuration/, /quietSecs/, /secret/],
    },
    wrong: [
      { configuration: { target: '/bin/sh' }, secret: null, says: [/"\/bin\/sh" is not on the allow list/] },
      { configuration: { target: 'absent' }, secret: null, says: [/"absent" is not there/] },
    ],
    missing: null,
    close: () => rm(folder, { recursive: true, force: true }),
  };
  return { scene, folder };
}
