import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileFilter, compileMapping } from '../../activities/sync/mapping/compile.ts';
import { mappingFaults } from '../../activities/sync/mapping/faults.ts';
import { fit } from '../../activities/sync/mapping/fit.ts';

const resource = {
  key: ['id'],
  mapping: { cust: 'customer' },
  schema: {
    properties: {
      id: {},
      amount: {},
      cust: {},
      address: { properties: { city: {} } },
    },
  },
};

describe('a mapping', () => {
  it('takes fields, constants and templates', () => {
    const map = compileMapping(
      [
        { to: 'id', type: 'text', from: { field: 'id' } },
        { to: 'city', type: 'text', from: { field: 'address.city' } },
        { to: 'source', type: 'text', from: { constant: 'shop' } },
        { to: 'line', type: 'text', from: { template: '{{ address.city }}: {{ amount | times: 2 }}' } },
      ],
      'id',
    );
    assert.deepEqual(map({ id: '1', amount: 4, address: { city: 'Bonn' } }), {
      fields: { city: 'Bonn', source: 'shop', line: 'Bonn: 8' },
    });
    const failed = map({ id: '1', amount: 4 });
    assert.ok('fault' in failed && failed.fault.code === 'TEMPLATE_FAILED');
  });

  it('reads no file and makes no endless text', () => {
    for (const template of [
      "{% include '/etc/passwd' %}",
      "{% render 'package.json' %}",
      '{% for i in (1..99999999) %}xxxxxxxx{% endfor %}',
    ]) {
      const made = compileMapping([{ to: 'x', type: 'text', from: { template } }], 'id')({ id: '1' });
      assert.ok('fault' in made, template);
    }
  });

  it('converts values, or says why it cannot', () => {
    const good = [
      [1, 'text', '1'],
      [' 1.5 ', 'number', 1.5],
      ['7', 'integer', 7],
      ['true', 'boolean', true],
      ['2026-02-28T23:30:00-02:00', 'date', '2026-03-01'],
      ['2026-02-28', 'datetime', '2026-02-28T00:00:00.000Z'],
      [{ a: [1] }, 'json', { a: [1] }],
      [null, 'integer', null],
    ] as const;
    for (const [value, type, expected] of good) assert.deepEqual(fit(value, type), { value: expected });
    const bad = [
      ['x', 'number'],
      ['', 'number'],
      [1.5, 'integer'],
      ['yes', 'boolean'],
      ['2026-02-30', 'date'],
      ['tomorrow', 'datetime'],
      [{ a: 1 }, 'text'],
    ] as const;
    for (const [value, type] of bad) assert.match(JSON.stringify(fit(value, type)), /why.* is no /);
  });

  it('names all of its faults when it is saved', () => {
    assert.deepEqual(
      mappingFaults(
        resource as never,
        { filter: { 'address.city': 'Bonn', amount: [1, 2] } },
        {
          keyField: 'id',
          mapping: [
            { to: 'id', type: 'text', from: { field: 'id' } },
            { to: 'who', type: 'text', from: { field: 'customer' } },
            {
              to: 'line',
              type: 'text',
              from: {
                template:
                  '{% assign n = amount %}{% for c in address.city %}{{ c }}{% endfor %}{{ n }} {{ customer }}',
              },
            },
          ],
        },
      ),
      [],
    );
    const faults = mappingFaults(
      resource as never,
      { filter: { nope: 1 } },
      {
        keyField: '',
        mapping: [
          { to: 'a', type: 'text', from: { field: 'cust' } },
          { to: 'a', type: 'number', from: { constant: 'x' } },
          { to: 'b', type: 'text', from: { template: '{{ name ' } },
          { to: 'c', type: 'text', from: { template: '{{ name | nofilter }}' } },
          { to: 'd', type: 'text', from: { template: '{{ custommer }} in {{ address.city }}' } },
        ],
      },
    );
    assert.equal(faults.length, 8, faults.join('\n'));
    assert.match(faults[6] ?? '', /"d": its template reads "custommer"/);
    const key = { keyField: 'k', mapping: [{ to: 'k', type: 'text', from: { field: 'amount' } }] } as const;
    assert.match(mappingFaults(resource as never, { filter: {} }, key).join(), /"k" is the key field/);
  });

  it('filters by equality and lists', () => {
    const has = compileFilter({ resource: 'orders', filter: { 'a.b': [1, null], c: 'x' } });
    assert.deepEqual(
      [{ a: { b: 1 }, c: 'x' }, { c: 'x' }, { a: { b: 2 }, c: 'x' }, { a: { b: 1 } }].map(has),
      [true, true, false, false],
    );
  });
});
