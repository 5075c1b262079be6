import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { definitionsFolder, openDefinitions } from '../../workers/definitions.ts';

describe('a folder of definitions', () => {
  let folder: string;
  let text: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-definitions-'));
    text = await readFile(join(definitionsFolder, 'storefront.yaml'), 'utf8');
    await write(text, 1);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const file = () => join(folder, 'storefront.yaml');
  async function write(content: string, second: number): Promise<void> {
    await writeFile(file(), content);
    await utimes(file(), second, second);
  }

  it('is read again when a file has changed, with its faults and without', async () => {
    const definitions = openDefinitions(folder);
    assert.equal(definitions.current().get('storefront')?.name, 'Storefront');
    await write(text.replace(/^name: .*$/m, 'name: Corner Shop'), 2);
    assert.equal(definitions.get('storefront').name, 'Corner Shop');
    await write('version: 1\n', 3);
    assert.throws(() => definitions.current(), { code: 'DEFINITION_INVALID' });
    await write(text, 4);
    assert.equal(definitions.current().get('storefront')?.name, 'Storefront');
    assert.throws(() => definitions.get('nothing'), { code: 'NOT_FOUND' });
  });
});
