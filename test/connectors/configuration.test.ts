import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { configurationFaults } from '../../activities/authorization/configuration-faults.ts';
import { configurationInputs } from '../../client/api/configuration-inputs.ts';
import { accountOf, secretValues, withoutSecrets } from '../../connectors/configuration.ts';
import { configurationFields, fillConfiguration } from '../../connectors/configuration-form.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { JsonObject } from '../../domain/json.ts';

/** As an Airbyte source says it. */
const schema: JsonObject = {
  type: 'object',
  required: ['host', 'credentials'],
  properties: {
    port: { type: 'integer', title: 'Port', default: 5432, order: 1 },
    host: { type: 'string', title: 'Host', order: 0, description: 'Of the <b>server</b>' },
    schemas: { type: 'array', items: { type: 'string' }, title: 'Schemas', default: ['public'] },
    ssl: { type: 'boolean', title: 'Encrypted', default: true },
    tunnel: {
      type: 'object',
      title: 'Tunnel',
      properties: { user: { type: 'string', title: 'Tunnel user' } },
    },
    credentials: {
      title: 'Authorization',
      oneOf: [
        {
          title: 'Key',
          required: ['auth_type', 'key'],
          properties: {
            auth_type: { const: 'key' },
            key: { type: 'string', title: 'API key', airbyte_secret: true },
          },
        },
        {
          title: 'Password',
          required: ['auth_type', 'user', 'password'],
          properties: {
            auth_type: { const: 'password' },
            user: { type: 'string', title: 'User' },
            password: { type: 'string', title: 'Password', format: 'password' },
          },
        },
      ],
    },
  },
};
const auth = { kind: 'configuration', schema } as const;
const configuration = {
  host: 'db',
  port: 1,
  credentials: { auth_type: 'password', user: 'ada', password: 'hunter22' },
};

test('a specification becomes a flat form, and its answers the configuration again', () => {
  const fields = configurationFields(schema);
  assert.deepEqual(
    fields.map(({ id, kind, required }) => `${id} ${kind}${required ? '!' : ''}`),
    [
      'host text!',
      'port number',
      'schemas list',
      'ssl yesNo',
      'tunnel.user text',
      'credentials alternative!',
      'credentials[0].key secret!',
      'credentials[1].user text!',
      'credentials[1].password secret!',
    ],
  );
  const given: Record<string, string> = {
    ...{ host: ' db ', port: '1', schemas: 'a, b', ssl: 'no', credentials: 'Password' },
    ...{ 'credentials[0].key': 'of the other', 'credentials[1].user': 'ada' },
    'credentials[1].password': ' hunter22 ',
  };
  const filled = fillConfiguration(fields, ({ id }) => given[id]);
  assert.deepEqual(filled, {
    configuration: {
      ...{ host: 'db', port: 1, schemas: ['a', 'b'], ssl: false },
      credentials: { auth_type: 'password', user: 'ada', password: ' hunter22 ' },
    },
    faults: [],
  });
  const bad = fillConfiguration(fields, ({ id }) => ({ port: 'x', credentials: 'Magic', host: '' })[id]);
  assert.deepEqual(bad.faults, [
    'Host is missing.',
    'Port must be a number.',
    'Authorization must be one of those that are offered.',
  ]);
});

test('the page shows every field, fills in what was given, and never a secret', () => {
  const html = configurationInputs(configurationFields(schema), {
    'configuration.host': '"><script>',
    'configuration.credentials[1].password': 'hunter22',
  });
  assert.ok(html.includes('&quot;&gt;&lt;script&gt;') && !html.includes('<script>'));
  assert.ok(!html.includes('hunter22'));
  assert.match(html, /type="password" id="configuration.credentials\[0\].key"/);
  assert.match(html, /Only for: Password\./);
  assert.match(html, /Of the server/);
});

test('faults are told by field and never hold a value', () => {
  assert.deepEqual(configurationFaults({ auth }, configuration), []);
  const faults = configurationFaults({ auth }, { port: 'secret-port', credentials: { auth_type: 'x' } });
  assert.deepEqual(
    faults.map(({ path, message }) => `${path} ${message}`),
    ['host is missing', 'port must be a whole number', 'credentials is none of the alternatives'],
  );
});

test('the account is known by all that is no secret, whatever its order, or by what the definition names', () => {
  const of = (given: JsonObject, identity?: object) =>
    accountOf({ auth, identity } as unknown as ConnectorDefinition, given);
  const { host, port, credentials } = configuration;
  const other = { ...credentials, password: 'another' };
  assert.match(of(configuration), /^[0-9a-f]{16}$/);
  assert.equal(of({ credentials: other, port, host }), of(configuration));
  assert.notEqual(of({ ...configuration, host: 'elsewhere' }), of(configuration));
  assert.equal(of(configuration, { account: '/credentials/user' }), 'ada');
  assert.throws(() => of({}, { account: '/host' }), { code: 'INVALID_CREDENTIALS' });
  assert.deepEqual(secretValues(schema, configuration), ['hunter22']);
});

test('no secret is left in what is no secret', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.jsonValue(), (secret, rest) => {
      const marked = `SECRET${secret}SECRET`;
      const given = { host: rest, credentials: { key: marked, password: [marked, { deep: marked }] } };
      const left = JSON.stringify(withoutSecrets(schema, given as JsonObject));
      assert.ok(!left.includes(JSON.stringify(marked).slice(1, -1)));
      assert.deepEqual(secretValues(schema, given as JsonObject), [marked]);
    }),
  );
});
