import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stringify } from 'yaml';
import { parseDefinition } from '../../connectors/definition.ts';
import { faultsOf } from './definition-support.ts';

type Json = Record<string, unknown>;

const orders = {
  id: 'orders',
  name: 'Orders',
  path: '/orders',
  recordsPath: '/data',
  key: ['id'],
  cursor: 'updated_at',
  schema: {
    type: 'object',
    required: ['id'],
    properties: {
      id: { type: 'integer' },
      updated_at: { type: 'string' },
      email: { type: 'string' },
      total: { type: 'number' },
      deleted_at: { type: 'string' },
      meta: { type: 'object', properties: { city: { type: 'string' } } },
      extra: { type: 'object' },
      lines: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string' } } } },
    },
  },
};

const shop: Json = {
  version: 1,
  id: 'shop',
  name: 'Shop',
  auth: { kind: 'bearer' },
  identity: { path: '/me', account: '/id' },
  resources: [orders],
};

const oauth = {
  kind: 'oauth2',
  authorizationUrl: 'https://shop.example.com/authorize',
  tokenUrl: 'https://shop.example.com/token',
};
const texts = (...names: string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
});

const withOrders = (change: Json): Json => ({ resources: [{ ...orders, ...change }] });
const webhooks = (change: Json): Json => ({ webhooks: { type: { pointer: '/type' }, ...change } });
const hmac = (change: Json): Json => webhooks({ signature: { kind: 'hmac', header: 'X-Sign', ...change } });
const metric = (change: Json): Json => ({
  metrics: [
    {
      id: 'sales',
      name: 'Sales',
      resource: 'orders',
      measure: { kind: 'count' },
      time: 'updated_at',
      ...change,
    },
  ],
});

describe('parts that do not fit together', () => {
  const faulty: [what: string, change: Json, path: string, expected: RegExp][] = [
    ['a key with no place', { auth: { kind: 'apiKey' } }, 'auth', /one of header and query/],
    [
      'a key with two places',
      { auth: { kind: 'apiKey', header: 'X-Key', query: 'key' } },
      'auth',
      /one of header and query/,
    ],
    [
      'a prefix in the address',
      { auth: { kind: 'apiKey', query: 'key', prefix: 'Token ' } },
      'auth.prefix',
      /header/,
    ],
    [
      'a parameter of the consent page that is ours',
      { auth: { ...oauth, authorizationParams: { state: 'x' } } },
      'auth.authorizationParams.state',
      /state is ours/,
    ],
    ['no account', { identity: { path: '/me' } }, 'identity', /one of account and accountParameter/],
    [
      'an account parameter that nobody gives',
      { identity: { path: '/me', accountParameter: 'shop' } },
      'identity.accountParameter',
      /there are none/,
    ],
    [
      'an unknown placeholder in an address',
      { baseUrl: 'https://{shop}.example.com' },
      'baseUrl',
      /\{baseUrl\} here; \{shop\} is not known/,
    ],
    [
      'a parameter of the connection that is not declared',
      { parameters: texts('shop'), ...withOrders({ path: '/{connection.store}/orders' }) },
      'resources.0.path',
      /`parameters` declares/,
    ],
    [
      'a parameter of the callback before the consent',
      {
        auth: { ...oauth, tokenUrl: 'https://{connection.realm}.example.com', callbackParameters: ['realm'] },
      },
      'auth.tokenUrl',
      /comes with the callback/,
    ],
    [
      'an unknown placeholder in a header',
      { headers: { 'X-Shop': '{connection.shop}' } },
      'headers.X-Shop',
      /declares/,
    ],
    [
      'a header of the credentials',
      { headers: { Authorization: 'x' } },
      'headers.Authorization',
      /carries the credentials/,
    ],
    ['an error rule that takes all', { errors: [{ status: 200, means: 'retry' }] }, 'errors.0', /when/],
    [
      'an error rule behind another',
      {
        errors: [
          { status: [403, 404], means: 'refused' },
          { status: 403, means: 'retry' },
        ],
      },
      'errors.1.status',
      /403 is taken/,
    ],
    [
      'parameters that are no texts',
      { parameters: { type: 'object', properties: { n: { type: 'number' } } } },
      'parameters.properties.n',
      /type: string/,
    ],
    [
      'parameters without names',
      { parameters: { type: 'object' } },
      'parameters.properties',
      /by their names/,
    ],
    [
      'a finalization that is no schema',
      { finalization: { type: 'thing' } },
      'finalization.type',
      /JSON Schema/,
    ],
    [
      'two prerequisites with one id',
      {
        prerequisites: [
          { id: 'a', text: 'A' },
          { id: 'a', text: 'B' },
        ],
      },
      'prerequisites.1.id',
      /no other/,
    ],
    ['two resources with one id', { resources: [orders, orders] }, 'resources.1.id', /no other resource/],
    ['a key of one field twice', withOrders({ key: ['id', 'id'] }), 'resources.0.key.1', /once/],
    [
      'a cursor of pages from nowhere',
      withOrders({ pagination: { kind: 'cursor', param: 'after' } }),
      'resources.0.pagination',
      /one of nextPath and nextField/,
    ],
    [
      'a cursor of pages from two places',
      withOrders({ pagination: { kind: 'cursor', param: 'after', nextPath: '/next', nextField: 'id' } }),
      'resources.0.pagination',
      /one of nextPath and nextField/,
    ],
    [
      'an offset that is sent nowhere',
      withOrders({ pagination: { kind: 'offset' } }),
      'resources.0.pagination',
      /\{offset\}/,
    ],
    [
      'a size parameter without size',
      withOrders({ pagination: { kind: 'link', sizeParam: 'n' } }),
      'resources.0.pagination.sizeParam',
      /size beside it/,
    ],
    [
      'an unknown placeholder of a parameter',
      withOrders({ params: { q: 'a {thing}' } }),
      'resources.0.params.q',
      /\{thing\}/,
    ],
    [
      'a page number without pages',
      withOrders({ params: { q: '{page}' } }),
      'resources.0.params.q',
      /kind page/,
    ],
    [
      'a cursor in a parameter without incremental',
      withOrders({ params: { q: '{since}' } }),
      'resources.0.params.q',
      /incremental/,
    ],
    [
      'incremental without cursor',
      withOrders({ cursor: undefined, incremental: { param: 'since' } }),
      'resources.0.incremental',
      /a cursor field/,
    ],
    [
      'incremental without {since}',
      withOrders({ incremental: { param: 'since', value: 'now' } }),
      'resources.0.incremental.value',
      /\{since\}/,
    ],
    [
      'a dropped key',
      withOrders({ fields: { drop: ['id'] } }),
      'resources.0.fields.drop.0',
      /part of the key/,
    ],
    [
      'a dropped cursor',
      withOrders({ fields: { drop: ['updated_at'] } }),
      'resources.0.fields.drop.0',
      /the cursor/,
    ],
    [
      'a hashed cursor',
      withOrders({ fields: { hash: ['updated_at'] } }),
      'resources.0.fields.hash.0',
      /the cursor/,
    ],
    [
      'a hashed tombstone',
      withOrders({ deletes: { kind: 'tombstone', field: 'deleted_at' }, fields: { hash: ['deleted_at'] } }),
      'resources.0.fields.hash.0',
      /deleted/,
    ],
    [
      'a field that is dropped and hashed',
      withOrders({ fields: { drop: ['meta'], hash: ['/meta/city'] } }),
      'resources.0.fields.hash.0',
      /is dropped/,
    ],
    [
      'an unknown field further down',
      withOrders({ freshnessField: '/meta/town' }),
      'resources.0.freshnessField',
      /"town"/,
    ],
    [
      'an unknown field in a list',
      withOrders({ fields: { drop: ['/lines/0/name'] } }),
      'resources.0.fields.drop.0',
      /"name"/,
    ],
    [
      'an unknown tombstone',
      withOrders({ deletes: { kind: 'tombstone', field: 'gone' } }),
      'resources.0.deletes.field',
      /field of the schema/,
    ],
    [
      'two names for two fields that are one',
      withOrders({ mapping: { '/meta/city': 'place', email: 'place' } }),
      'resources.0.mapping.email',
      /"place" is taken/,
    ],
    ['all without aggregator', webhooks({ expect: 'all' }), 'webhooks.expect', /aggregator: true/],
    [
      'a rule for an unknown resource',
      webhooks({ events: [{ type: 'x', means: 'load', resource: 'people' }] }),
      'webhooks.events.0.resource',
      /one of orders/,
    ],
    [
      'a rule that is never reached',
      webhooks({
        events: [
          { type: '*', means: 'ignore' },
          { type: 'x', means: 'load' },
        ],
      }),
      'webhooks.events.1.type',
      /takes it/,
    ],
    [
      'rules without type',
      { webhooks: { events: [{ type: 'x', means: 'load' }] } },
      'webhooks.events',
      /type beside it/,
    ],
    ['data in the body without rows', webhooks({ data: 'body' }), 'webhooks.data', /rows beside it/],
    [
      'data in the body of nobody',
      webhooks({ data: 'body', rows: '/data', events: [{ type: 'x', means: 'load' }] }),
      'webhooks.events.0',
      /resource/,
    ],
    ['rows without data in the body', webhooks({ rows: '/data' }), 'webhooks.rows', /data: body/],
    [
      'a signed time from nowhere',
      hmac({ signed: '{timestamp}.{body}' }),
      'webhooks.signature.signed',
      /timestampHeader/,
    ],
    [
      'a time that is not signed',
      hmac({ timestampHeader: 'X-Time' }),
      'webhooks.signature.signed',
      /\{timestamp\} in it/,
    ],
    [
      'a time from two places',
      hmac({
        signed: '{timestamp}{body}',
        timestampHeader: 'X-Time',
        parts: { timestamp: 't', signature: 's' },
      }),
      'webhooks.signature.timestampHeader',
      /not both/,
    ],
    [
      'an unknown word that is signed',
      hmac({ signed: '{body}{host}' }),
      'webhooks.signature.signed',
      /\{host\}/,
    ],
    [
      'deduplication of an unknown resource',
      { deduplication: [{ resource: 'people', match: [['email']] }] },
      'deduplication.0.resource',
      /one of orders/,
    ],
    [
      'deduplication by an unknown field',
      { deduplication: [{ resource: 'orders', match: [['phone']] }] },
      'deduplication.0.match.0.0',
      /one of id/,
    ],
    [
      'a metric of an unknown resource',
      metric({ resource: 'people' }),
      'metrics.0.resource',
      /one of orders/,
    ],
    ['a metric by an unknown time', metric({ time: 'day' }), 'metrics.0.time', /one of id/],
    [
      'a sum of an unknown field',
      metric({ measure: { kind: 'sum', field: 'sum' } }),
      'metrics.0.measure.field',
      /one of id/,
    ],
    [
      'two metrics with one id',
      { metrics: [...(metric({}).metrics as Json[]), ...(metric({}).metrics as Json[])] },
      'metrics.1.id',
      /taken/,
    ],
  ];
  for (const [what, change, path, expected] of faulty)
    test(what, () => {
      const { faults } = faultsOf(stringify({ ...shop, ...change }, { aliasDuplicateObjects: false }));
      const fault = faults.find((one) => one.path === path);
      assert.match(fault?.expected ?? JSON.stringify(faults), expected);
      assert.ok(fault !== undefined && fault.example.length > 0 && fault.line >= 1);
    });
});

describe('parts that fit together', () => {
  const sound: [what: string, change: Json][] = [
    ['nothing more', {}],
    [
      'absent objects beside incremental reads',
      withOrders({ deletes: { kind: 'absent' }, incremental: { param: 'since' } }),
    ],
    ['a hashed key', withOrders({ fields: { hash: ['id', 'email'] } })],
    ['fields that name neither key nor cursor', withOrders({ fields: { only: ['total'] } })],
    ['a field of an object without properties', withOrders({ freshnessField: '/extra/anything' })],
    ['an inferred schema', withOrders({ schema: 'infer', key: ['number'], cursor: '/meta/changed' })],
    ['a schema of parts', withOrders({ schema: { allOf: [orders.schema] }, key: ['id', 'elsewhere'] })],
    [
      'a lifted field as metric',
      { ...withOrders({ mapping: { '/meta/city': 'city' } }), ...metric({ dimensions: ['city'] }) },
    ],
    [
      'a query language in one parameter',
      withOrders({
        params: { q: 'from Invoice start {offset} max {size}' },
        incremental: { param: 'q', value: "from Invoice where t > '{since}' start {offset} max {size}" },
        pagination: { kind: 'offset', size: 10 },
      }),
    ],
    [
      'parameters from both sides',
      {
        parameters: texts('shop'),
        baseUrl: 'https://{connection.shop}.example.com/{connection.realm}',
        auth: {
          ...oauth,
          authorizationUrl: 'https://{connection.shop}.example.com/auth',
          callbackParameters: ['realm'],
        },
        identity: { path: '/company/{connection.realm}', accountParameter: 'realm' },
      },
    ],
    ['data in the body by default names', webhooks({ data: 'body', rows: '/data' })],
  ];
  for (const [what, change] of sound)
    test(what, () => {
      assert.equal(parseDefinition(stringify({ ...shop, ...change }), 'app.yaml').id, 'shop');
    });
});
