import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMask } from '../../activities/loading/exchanges.ts';
import { createFieldFilter, fieldRules, schemaAfter } from '../../activities/loading/fields.ts';
import { compileSchema } from '../../activities/schema.ts';

const key = Buffer.alloc(32, 7);
const resource = {
  key: ['id'],
  cursor: '/meta/updated_at',
  fields: { drop: ['notes', 'id'], hash: ['email', '/customer/phone'] },
};

describe('fields that are chosen, dropped and hashed', () => {
  const row = {
    id: 1,
    notes: 'private',
    email: 'ada@example.com',
    meta: { updated_at: '2024-01-01T00:00:00Z', by: 'x' },
    customer: { phone: 123, name: 'Ada' },
    lines: [{ sku: 'a', note: 'n' }],
  };

  it('key and cursor stay, hashes are equal for equal values and null stays null', () => {
    const filter = createFieldFilter(fieldRules(resource, { fields: { drop: ['/lines/note'] } }), key);
    const left = filter(row) as typeof row;
    assert.equal(left.id, 1);
    assert.equal('notes' in left, false);
    assert.match(left.email, /^[0-9a-f]{64}$/);
    assert.match(String(left.customer.phone), /^[0-9a-f]{64}$/);
    assert.equal(left.customer.name, 'Ada');
    assert.deepEqual(left.lines, [{ sku: 'a' }]);
    assert.deepEqual(filter(row), left);
    assert.equal((filter({ ...row, email: null } as never) as { email: unknown }).email, null);
    assert.equal(row.email, 'ada@example.com', 'the row itself is left alone');
  });

  it('only what both the definition and the connection choose is left, with key and cursor', () => {
    const chosen = { ...resource, fields: { only: ['email', 'customer'], drop: [], hash: [] } };
    const filter = createFieldFilter(fieldRules(chosen, { fields: { only: ['email', 'lines'] } }), key);
    assert.deepEqual(filter(row), {
      id: 1,
      email: 'ada@example.com',
      meta: { updated_at: '2024-01-01T00:00:00Z' },
    });
    assert.equal(filter(['a list']), null, 'what has no fields is not kept either');
  });

  it('what is read stays, however a rule names it, and though what it is part of goes', () => {
    const read = {
      key: ['/ref/id'],
      cursor: 'at',
      deletes: { kind: 'tombstone', field: '/meta/gone' },
      fields: { drop: ['/at'], hash: ['meta', 'ref'] },
    } as const;
    const filter = createFieldFilter(fieldRules(read as never, undefined), key);
    const one = { ref: { id: 1, name: 'Ada' }, at: '2024-01-01', meta: { gone: true, by: 'Ada' } };
    assert.deepEqual(filter(one), { ref: { id: 1 }, at: '2024-01-01', meta: { gone: true } });
    const dropped = { ...read, fields: { drop: ['meta'], hash: ['/ref/id'] } };
    const left = createFieldFilter(fieldRules(dropped as never, undefined), key)(one) as typeof one;
    assert.deepEqual([left.meta, left.ref.name], [{ gone: true }, 'Ada']);
    assert.match(String(left.ref.id), /^[0-9a-f]{64}$/);
    assert.deepEqual(filter({ at: '2024-01-01' }), { at: '2024-01-01' });
  });

  it('the schema asks for no dropped field by reference or in an alternative either', () => {
    const address = { type: 'object', required: ['street'], properties: { street: { type: 'string' } } };
    const schema = {
      $defs: { address },
      anyOf: [{ required: ['email'] }, { required: ['phone'] }],
      allOf: [{ required: ['address'], properties: { phone: { type: 'integer' } } }],
      properties: { email: { type: 'string' }, address: { $ref: '#/$defs/address' } },
    };
    const rules = { only: null, drop: ['email', '/address/street'], hash: ['phone'] };
    const fits = compileSchema(schemaAfter(schema, rules));
    assert.equal(fits({ address: {} }), true, JSON.stringify(fits.errors));
    assert.equal(fits({ address: {}, phone: 'abc' }), true, JSON.stringify(fits.errors));
    assert.equal(fits({}), false);
  });

  it('the schema asks for what is left only, and takes a hash for what is hashed', () => {
    const schema = {
      type: 'object',
      required: ['id', 'notes', 'email'],
      properties: {
        id: { type: 'integer' },
        notes: { type: 'string' },
        email: { type: 'string', format: 'email' },
        customer: { type: 'object', required: ['phone'], properties: { phone: { type: 'integer' } } },
      },
    };
    const rules = fieldRules(resource, undefined);
    const fits = compileSchema(schemaAfter(schema, rules));
    const filter = createFieldFilter(rules, key);
    assert.equal(fits(filter(row)), true, JSON.stringify(fits.errors));
    assert.equal(fits({ ...(filter(row) as object), id: 'x' }), false);
  });

  it('an excerpt shows nothing of what is dropped or hashed, wherever it is cut', () => {
    const mask = createMask(fieldRules(resource, undefined));
    const text = '{"data":[{"id":1,"notes":"pri\\"vate","email": "ada@exa';
    assert.equal(mask(text), '{"data":[{"id":1,"notes":"[hidden]","email":"[hidden]"');
    assert.equal(mask('{"notes":{"a":"secret","b":["secret"]},"id":2}').includes('secret'), false);
    const chosen = createMask(
      fieldRules({ key: ['id'], fields: { only: ['id'], drop: [], hash: [] } }, undefined),
    );
    assert.equal(chosen('{"id":1,"name":"Ada"}'), '{"id":1,"name":"[hidden]"}');
    assert.equal(chosen('{"error":"no such order"}'), '{"error":"no such order"}');
  });
});
