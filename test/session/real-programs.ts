import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { type ConnectorDefinition, parseDefinition } from '../../connectors/definition.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { PythonProgram } from '../../tools/python-programs.ts';
import { tributary } from '../client/cli-process.ts';
import { startWorld, type World } from '../support/world.ts';
import { itReadsFaker } from './real-airbyte.ts';
import { itReadsTaps } from './real-taps.ts';

/** A world that runs published programs. */
export interface RealScene {
  readonly world: World;
  readonly folder: string;
  /** Those that it may run; a test adds its own. */
  readonly programs: Record<string, readonly string[]>;
}

/** What a person gets who lets `tributary connector` write the definition of a program. */
export async function added(
  { folder }: RealScene,
  command: 'add-singer' | 'add-airbyte',
  path: string,
  configuration: JsonObject,
): Promise<{ readonly definition: ConnectorDefinition; readonly shown: string }> {
  const own = await mkdtemp(join(folder, 'added-'));
  const config = join(own, 'config.json');
  const file = join(own, 'written.yaml');
  await writeFile(config, JSON.stringify(configuration));
  const args = ['connector', command, path, '--config', config, '--file', file];
  const { code, stdout, stderr } = await tributary(args, { TRIBUTARY_DATA: join(own, 'data') });
  assert.equal(code, 0, stdout + stderr);
  return { definition: parseDefinition(await readFile(file, 'utf8'), file), shown: stdout };
}

/**
 * What published taps and an Airbyte source read is there, row by row.
 * @param thorough Taps whose definition the command line writes, and that are read a second time after a row was added:
 * each start of Python costs about a second.
 * @param streams Of airbyte-source-faker.
 */
export function describeRealPrograms(thorough: readonly PythonProgram[], streams: readonly string[]): void {
  describe('published programs', () => {
    let scene: RealScene;
    before(async () => {
      const programs = {};
      const folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
      const world = await startWorld({}, [], { sources: { programs, folders: [] } });
      scene = { world, folder, programs };
    });
    after(async () => {
      await scene?.world.stop();
      await rm(scene.folder, { recursive: true });
    });
    itReadsTaps(() => scene, thorough);
    itReadsFaker(() => scene, streams);
  });
}
