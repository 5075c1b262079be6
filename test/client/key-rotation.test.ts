import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { rotateKeys } from '../../client/api/key-rotation.ts';
import { createSecretBox } from '../../platform/crypto.ts';
import { sealedKinds } from '../../stores/sealed.ts';
import { noStore, startTestApi, type TestApi } from './support.ts';

const [older, newer] = ['older', 'newer'].map((id) => ({ id, key: randomBytes(32) }));
assert.ok(older && newer);
const before1 = createSecretBox([older]);
const both = createSecretBox([newer, older]);
const only = createSecretBox([newer]);

describe('the rotation of keys', { skip: noStore }, () => {
  let t: TestApi;
  before(async () => {
    t = await startTestApi();
  });
  after(() => t.stop());

  /** One of each thing that is sealed, by its context. */
  async function fill(name: string) {
    const { stores } = t;
    const seal = (context: string) => before1.seal('secret', context);
    const createdAt = new Date();
    const webhook = (owner: string) => ({ id: 'w1', secret: seal(`webhook/${owner}/${name}/w1`), createdAt });
    await stores.apps.put({
      _id: name,
      baseUrl: null,
      clientId: 'us',
      clientSecret: seal(`app/${name}`),
      webhookSecrets: [webhook('app')],
      updatedAt: createdAt,
    });
    await t.started(name, { webhookSecrets: [webhook('connection')], hashKey: seal(`hash-key/${name}`) });
    await stores.grants.save({
      connectionId: name,
      generation: 1,
      account: 'a',
      secret: seal(`grant/${name}/1`),
      expiresAt: null,
      endsAt: null,
    });
    await stores.consents.create({
      _id: `state-${name}`,
      connectionId: name,
      generation: 1,
      sessionId: `${name}.1`,
      codeVerifier: seal(`consent/state-${name}`),
      exchanged: seal(`exchanged/state-${name}`),
      url: 'http://127.0.0.1/',
      createdAt,
      expiresAt: createdAt,
    });
    await stores.destinations.create({
      ...{ _id: `to-${name}`, kind: 'http', name, configuration: {}, quota: null, slots: 1, seq: 0 },
      ...{ secret: seal(`destination/to-${name}`), createdAt, updatedAt: createdAt },
    });
    await stores.subscriptions.create({
      ...{ _id: name, url: 'http://127.0.0.1/', events: ['Error'], note: null, companies: null, apps: null },
      ...{ connections: null, enabled: true, disabledReason: null, disabledAt: null, failingSince: null },
      secrets: [{ id: 's1', secret: seal(`subscription/${name}/s1`), createdAt, expiresAt: null }],
      ...{ since: createdAt, wakes: 0, seq: 0, createdBy: { kind: 'person', id: 'ada' } },
      ...{ createdAt, updatedAt: createdAt },
    });
    const entry = `credentials/${name}/1`;
    const mail = { connectionId: name, generation: 1, kind: 'credentials' as const, receivedAt: createdAt };
    await stores.inbox.put({ _id: entry, ...mail, payload: seal(entry) });
    await stores.inbox.put({ _id: `opened/${name}/1`, ...mail, kind: 'opened', payload: null });
  }

  /** Every sealed value of the database, by place; there are no others. */
  async function all(): Promise<Map<string, { keyId: string; data: string }>> {
    const found = new Map<string, { keyId: string; data: string }>();
    const look = (value: unknown, place: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const { keyId, data } = value as { keyId?: unknown; data?: unknown };
      if (typeof keyId === 'string' && typeof data === 'string') found.set(place, { keyId, data });
      else for (const [key, inner] of Object.entries(value)) look(inner, `${place}.${key}`);
    };
    for (const { name } of await t.stores.db.listCollections().toArray())
      for (const doc of await t.stores.db.collection(name).find().toArray()) look(doc, `${name}/${doc._id}`);
    return found;
  }

  test('seals everything again, so that the new key alone opens it; repeated it does nothing', async () => {
    await fill('acme');
    assert.equal((await all()).size, 10);
    const first = await rotateKeys({ stores: t.stores, secrets: both });
    assert.deepEqual(first, { keyId: 'newer', rotated: 10, current: 0, unreadable: {}, next: null });
    const opens = await all();
    assert.deepEqual(new Set([...opens.values()].map(({ keyId }) => keyId)), new Set(['newer']));
    const contexts: Readonly<Record<string, string>> = {
      clientSecret: 'app/acme',
      'apps.webhookSecrets': 'webhook/app/acme/w1',
      'connections.webhookSecrets': 'webhook/connection/acme/w1',
      hashKey: 'hash-key/acme',
      'grants.secret': 'grant/acme/1',
      'destinations.secret': 'destination/to-acme',
      'subscriptions.secrets': 'subscription/acme/s1',
      codeVerifier: 'consent/state-acme',
      exchanged: 'exchanged/state-acme',
      payload: 'credentials/acme/1',
    };
    for (const [place, sealed] of opens) {
      const [collection = '', rest = ''] = place.split(/\/(.*)/s);
      const field = rest.split('.')[1] ?? '';
      const context = contexts[`${collection}.${field}`] ?? contexts[field] ?? assert.fail(place);
      assert.equal(only.open(sealed, context), 'secret', place);
    }
    const again = await rotateKeys({ stores: t.stores, secrets: both });
    assert.deepEqual(again, { keyId: 'newer', rotated: 0, current: 10, unreadable: {}, next: null });
  });

  test('goes on where it stopped, and names the keys of what it cannot read', async () => {
    await fill('bolt');
    const lost = await rotateKeys({ stores: t.stores, secrets: only });
    assert.deepEqual(lost.unreadable, { older: 10 });
    assert.equal(lost.rotated, 0);
    const rest = await rotateKeys({ stores: t.stores, secrets: both }, 'grants:acme/1');
    assert.equal(rest.rotated, 6);
    assert.equal((await rotateKeys({ stores: t.stores, secrets: both })).rotated, 4);
  });

  test('is a call of the API, for those with the token', async () => {
    const answer = await t.send('POST', '/api/keys/rotate', {});
    assert.equal(answer.statusCode, 200, answer.body);
    assert.equal(answer.json().keyId, 'test');
    assert.equal(answer.json().unreadable.newer, 20);
    const refused = await t.api.inject({ method: 'POST', url: '/api/keys/rotate', payload: {} });
    assert.equal(refused.statusCode, 401);
  });

  test('while connections change, loses none of the changes', async () => {
    const third = createSecretBox([{ id: 'third', key: randomBytes(32) }, newer]);
    const names = Array.from({ length: 10 }, (_, n) => `time-${n}`);
    const changes = names.map((timeZone) => t.stores.connections.change('acme', () => ({ timeZone })));
    const [rotation] = await Promise.all([rotateKeys({ stores: t.stores, secrets: third }), ...changes]);
    assert.equal(rotation.rotated, 20);
    const acme = await t.stores.connections.get('acme');
    assert.equal(acme?.seq, 12);
    assert.match(acme?.timeZone ?? '', /^time-/);
  });

  test('every kind of document that holds a sealed value is one that is rotated', async () => {
    const places = new Set([...(await all()).keys()].map((place) => place.split('/')[0]));
    assert.deepEqual([...places].sort(), [...sealedKinds].sort());
  });
});
