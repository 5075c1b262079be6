import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Capability,
  capabilities,
  developerEdits,
  developerFields,
  may,
  roleNames,
  roles,
} from '../../domain/roles.ts';

const all = Object.keys(capabilities) as Capability[];

test('docs/operations.md has the roles table as it is', async () => {
  const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const lines = page.split('\n').map((line) => line.replace(/ +\|/g, ' |'));
  for (const role of roleNames) {
    const cells = all.map((capability) => (may(role, capability) ? 'yes' : 'no'));
    const line = `| ${[role, roles[role].who, ...cells].join(' | ')} |`;
    assert.ok(lines.includes(line), `docs/operations.md lacks: ${line}`);
  }
  for (const capability of all) {
    const line = `- **${capability}**: ${capabilities[capability]}`;
    assert.ok(lines.includes(line), `docs/operations.md lacks: ${line}`);
  }
});

test('each role may what the one before it may, and the developer everything', () => {
  for (const [index, role] of roleNames.entries())
    for (const lesser of roleNames.slice(0, index))
      for (const capability of roles[lesser].may) assert.ok(may(role, capability), `${role} ${capability}`);
  assert.deepEqual(
    all.filter((capability) => !may('developer', capability)),
    [],
  );
});

test('an edit of the developer is one that changes such a field, whatever else it says', () => {
  const value = fc.oneof(fc.constant(null), fc.boolean(), fc.string(), fc.array(fc.string()));
  const doc = fc.dictionary(fc.constantFrom(...developerFields, 'name', 'offset'), value);
  fc.assert(
    fc.property(doc, doc, (was, wanted) => {
      const edits = developerEdits(was, wanted);
      assert.deepEqual(developerEdits(was, was), []);
      assert.deepEqual(developerEdits({ ...was, ...wanted }, wanted), []);
      for (const field of edits) assert.notDeepEqual(was[field], wanted[field]);
    }),
  );
  assert.deepEqual(developerEdits({}, { addToDatapoints: false, reportTypeId: null }), []);
  assert.deepEqual(developerEdits({ reportTypeId: 'A' }, { reportTypeId: null }), ['reportTypeId']);
});
