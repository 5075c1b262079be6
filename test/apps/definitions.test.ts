import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadDefinition } from '../../connectors/definition.ts';

const folder = fileURLToPath(new URL('../../connectors/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
/** The sample app is ours: its tests are those of examples/. */
const realApps = files.filter((name) => name !== 'storefront.yaml');

describe('the definitions of real apps', () => {
  test('there are at least six', () => {
    assert.ok(realApps.length >= 6, `only ${realApps}`);
  });

  for (const name of files) {
    test(`${name} fits the format`, () => {
      assert.equal(loadDefinition(`${folder}${name}`).id, name.replace('.yaml', ''));
    });
  }

  for (const name of realApps) {
    const definition = () => loadDefinition(`${folder}${name}`);

    test(`${name} says what it was written from, and what a person must do first`, () => {
      const { documentation, description, prerequisites } = definition();
      assert.ok(documentation?.startsWith('https://'));
      assert.ok(description);
      assert.ok(prerequisites.length > 0);
    });

    test(`${name} is honest about how far it was tried`, () => {
      const { id, tried } = definition();
      const tests = existsSync(fileURLToPath(new URL(`./${id}.test.ts`, import.meta.url)));
      assert.equal(tried, tests ? 'standIn' : 'no');
    });

    test(`${name} asks only addresses of its own, by https`, () => {
      const { baseUrl, auth } = definition();
      for (const address of JSON.stringify({ baseUrl, auth }).match(/https?:[^"]*/g) ?? [])
        assert.match(address, /^https:/);
      assert.match(baseUrl, /^https:/);
    });

    test(`${name} loads webhooks into resources that it has`, () => {
      const { webhooks, resources } = definition();
      assert.ok(webhooks && webhooks.signature.kind !== 'none');
      const ids = resources.map(({ id }) => id);
      for (const { resource } of webhooks.events ?? [])
        assert.ok(resource === undefined || ids.includes(resource), String(resource));
    });

    test(`${name} names the schema for editors`, () => {
      const [first] = readFileSync(`${folder}${name}`, 'utf8').split('\n');
      assert.equal(first, '# yaml-language-server: $schema=./definition.schema.json');
    });
  }
});
