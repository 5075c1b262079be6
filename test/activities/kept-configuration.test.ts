import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { createCredentials } from '../../activities/authorization/credentials.ts';
import { type GrantSecret, openGrant, sealGrant } from '../../activities/authorization/grant.ts';
import type { ActivityPorts } from '../../activities/ports.ts';
import { rotateKeys } from '../../client/api/key-rotation.ts';
import type { JsonObject } from '../../domain/json.ts';
import { createSecretBox } from '../../platform/crypto.ts';
import { openStores, type Stores } from '../../stores/open.ts';
import { sourceDefinition } from '../connectors/airbyte/scene.ts';
import { localEgress } from '../support/egress.ts';

const noStore =
  process.env.TEST_MONGODB_URI === undefined ? 'NOT RUN: TEST_MONGODB_URI is not set; use "npm test"' : false;
const database = `test_kept_${randomBytes(5).toString('hex')}`;
const older = { id: 'older', key: randomBytes(32) };
const newer = { id: 'newer', key: randomBytes(32) };
const secrets = createSecretBox([newer, older]);
const definition = sourceDefinition();
let stores: Stores;

before(async () => {
  if (!noStore) stores = await openStores({ uri: process.env.TEST_MONGODB_URI ?? '', database });
});
after(async () => {
  await stores?.db.dropDatabase();
  await stores?.close();
});

const given: JsonObject = { token: 'first-token', shop: 'a' };
const endsAt = new Date('2031-01-01T00:00:00Z');

/** A connection whose configuration a person submitted, and what its sources are given. */
async function submitted(connectionId: string) {
  const context = `grant/${connectionId}/1`;
  const submit = async (configuration: JsonObject, box = secrets) => {
    const secret: GrantSecret = { kind: 'submitted', credentials: { kind: 'configuration', configuration } };
    await stores.grants.save({
      ...{ connectionId, generation: 1, account: 'account-1', expiresAt: null, endsAt },
      secret: sealGrant(box, secret, context),
    });
  };
  await submit(given);
  /** What one run of a source asks with, in a process of its own. */
  const run = () => {
    const credentials = createCredentials({ stores, secrets, egress: localEgress } as ActivityPorts, {
      ...{ connectionId, generation: 1, definition },
      app: { baseUrl: null, clientId: '', clientSecret: '' },
      signal: new AbortController().signal,
    });
    const configuration = async () => JSON.parse((await credentials.authorization()) ?? 'null') as JsonObject;
    return { configuration, keep: credentials.keep ?? assert.fail('it keeps nothing') };
  };
  const stored = async () => {
    const grant = await stores.grants.get(connectionId, 1);
    const secret = openGrant(secrets, grant, context);
    const kept = secret.kind === 'submitted' ? secret.credentials : assert.fail(secret.kind);
    return { grant, configuration: kept.kind === 'configuration' ? kept.configuration : undefined };
  };
  return { submit, run, stored };
}

test('a configuration that a source rotates is what it and the next ones are given', {
  skip: noStore,
}, async () => {
  const { run, stored } = await submitted('rotated');
  const source = run();
  assert.deepEqual(await source.configuration(), given);
  for (const token of ['second-token', 'third-token']) {
    await source.keep({ ...given, token });
    assert.deepEqual(await source.configuration(), { ...given, token });
    assert.deepEqual(await run().configuration(), { ...given, token });
  }
  const { grant } = await stored();
  assert.deepEqual([grant?.account, grant?.expiresAt, grant?.endsAt], ['account-1', null, endsAt]);
  assert.doesNotMatch(JSON.stringify(grant), /token/);
});

test('what a person submitted meanwhile stays', { skip: noStore }, async () => {
  const { submit, run, stored } = await submitted('submitted');
  const source = run();
  await source.configuration();
  const corrected = { ...given, token: 'of-a-person' };
  await submit(corrected);
  await source.keep({ ...given, token: 'second-token' });
  assert.deepEqual((await stored()).configuration, corrected);
});

test('of runs that rotate the same configuration at once one is kept', { skip: noStore }, async () => {
  const { run, stored } = await submitted('racing');
  const runs = Array.from({ length: 5 }, (_, n) => ({ ...run(), token: `token-${n}` }));
  await Promise.all(runs.map(({ configuration }) => configuration()));
  await Promise.all(runs.map(({ keep, token }) => keep({ ...given, token })));
  const { grant, configuration } = await stored();
  assert.match(String(configuration?.token), /^token-\d$/);
  assert.equal(grant?.seq, 2);
});

test('it is kept while the keys of the store are changed', { skip: noStore }, async () => {
  const { submit, run, stored } = await submitted('rekeyed');
  await submit(given, createSecretBox([older]));
  const source = run();
  await source.configuration();
  const next = { ...given, token: 'second-token' };
  await Promise.all([source.keep(next), rotateKeys({ stores, secrets })]);
  assert.deepEqual((await stored()).configuration, next);
});
