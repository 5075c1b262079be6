import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startWorld, type World } from '../support/world.ts';
import { type ConnectScene, setConnectScene, stateOf } from './connect-scene.ts';
import { noStore } from './support.ts';

describe('consent, in every way it can go', { skip: noStore, concurrency: 4 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  /** Connects by the API; the consent link that the answer has. */
  async function connect({ client, appId }: ConnectScene, company = 'acme'): Promise<string> {
    const { authorization } = await client.connect({ company: { id: company }, app: appId });
    assert.ok(authorization.kind === 'oauth2');
    return authorization.link;
  }
  /** A new consent link for what stands in 7 or 20, or is authorized. */
  async function again({ client, id }: ConnectScene): Promise<string> {
    const { authorization } = await client.authorize(id);
    assert.ok(authorization.kind === 'oauth2');
    return authorization.link;
  }

  test('the page of the app is closed: 20, a late answer is refused, another try succeeds', async (t) => {
    const scene = await setConnectScene(world, t, { durations: { authorizationMs: 5_000 } });
    const late = await scene.callbackOf(await connect(scene));
    const timedOut = await world.reaches(scene.id, 20);
    assert.equal(timedOut.reason, 'AUTHORIZATION_TIMED_OUT');
    const page = await scene.visit(late);
    assert.equal(page.status, 410);
    assert.match(page.text, /has expired.*Ask whoever sent you the link for a new one/s);
    const link = await again(scene);
    assert.equal((await world.latest(scene.id)).status, 6);
    await scene.consent(link);
    const synced = await world.reaches(scene.id, 19);
    assert.deepEqual((await world.path(synced._id)).slice(0, 4), [6, 20, 6, 9]);
  });

  test('a link that nobody opens: 20 LINK_EXPIRED, and the link is over', async (t) => {
    const scene = await setConnectScene(world, t, { durations: { linkValidMs: 5_000 } });
    const link = await connect(scene);
    assert.equal((await world.reaches(scene.id, 20)).reason, 'LINK_EXPIRED');
    assert.equal((await scene.visit(link)).status, 410);
    await scene.consent(await again(scene));
    await world.reaches(scene.id, 19);
  });

  test('opened again after a retry, the wait is a new one', async (t) => {
    const scene = await setConnectScene(world, t, { durations: { authorizationMs: 2_000 } });
    const link = await connect(scene);
    await scene.visit(link);
    const { _id } = await world.reaches(scene.id, 20);
    await scene.client.call(_id, 'retry');
    await scene.visit(link);
    const second = await world.reaches(scene.id, 20, ({ seq }) => seq > 3);
    assert.equal(second.reason, 'AUTHORIZATION_TIMED_OUT');
  });

  test('denied: 7 CONSENT_DENIED; opened twice is fine, answered twice is not', async (t) => {
    const scene = await setConnectScene(world, t);
    const link = await connect(scene);
    scene.app.faults.deny = true;
    const [first, second] = [await scene.callbackOf(link), await scene.callbackOf(link)];
    assert.equal((await scene.visit(first)).status, 200);
    assert.equal((await scene.visit(second)).status, 410);
    assert.equal((await scene.visit(link)).status, 410);
    assert.equal((await world.reaches(scene.id, 7)).reason, 'CONSENT_DENIED');
    assert.match((await scene.visit(`${link}/result`)).text, /You did not agree/);
    scene.app.faults.deny = false;
    await scene.consent(await again(scene));
    await world.reaches(scene.id, 19);
  });

  test('a code that was used: the second callback 410; refused by the app: 7 CODE_USED', async (t) => {
    const scene = await setConnectScene(world, t);
    const callback = new URL(await scene.callbackOf(await connect(scene)));
    const code = String(callback.searchParams.get('code'));
    callback.searchParams.set('code', 'used-before');
    assert.equal((await scene.visit(callback.href)).status, 200);
    assert.equal((await scene.visit(callback.href)).status, 410);
    assert.equal((await world.reaches(scene.id, 7)).reason, 'CODE_USED');
    const next = new URL(await scene.callbackOf(await again(scene)));
    // A code belongs to the link that it was asked by.
    next.searchParams.set('code', code);
    await scene.visit(next.href);
    const failed = await world.reaches(scene.id, 7, ({ seq }) => seq > 2);
    assert.equal(failed.reason, 'CODE_USED');
  });

  test('the callback of what is connected, loaded again, says that there is nothing more to do', async (t) => {
    const scene = await setConnectScene(world, t);
    const callback = await scene.callbackOf(await connect(scene));
    await scene.visit(callback);
    await world.reaches(scene.id, 19);
    const page = await scene.visit(callback);
    assert.equal(page.status, 410);
    assert.match(page.text, /used already.*nothing more to do/s);
    assert.doesNotMatch(page.text, /Begin again|Ask whoever/);
  });

  test('a forged state is 400 and touches nothing; one of another connection does not help', async (t) => {
    const scene = await setConnectScene(world, t);
    const link = await connect(scene);
    const other = await connect(scene, 'other');
    const callback = new URL(await scene.callbackOf(link));
    const forged = new URL(callback);
    forged.searchParams.set('state', 'x'.repeat(43));
    const refused = await scene.visit(forged.href);
    assert.deepEqual([refused.status, /answer in the same browser/.test(refused.text)], [400, true]);
    callback.searchParams.set('state', stateOf(other));
    await scene.visit(callback.href);
    const failed = await world.reaches(`${scene.appId}-other`, 7);
    assert.equal(failed.reason, 'CODE_USED');
    assert.equal((await world.latest(scene.id)).status, 6);
    await scene.consent(link);
    await world.reaches(scene.id, 19);
  });

  test('an answer in the name of another issuer: 7 STATE_FORGED', async (t) => {
    const scene = await setConnectScene(world, t);
    const callback = await scene.callbackOf(await connect(scene));
    await scene.visit(`${callback}&iss=${encodeURIComponent('https://evil.example')}`);
    assert.equal((await world.reaches(scene.id, 7)).reason, 'STATE_FORGED');
  });

  test('a token endpoint with a disturbance is asked again by itself', async (t) => {
    const scene = await setConnectScene(world, t);
    const link = await connect(scene);
    scene.app.faults.tokenErrors = 2;
    await scene.consent(link);
    assert.match((await scene.visit(`${link}/result`)).text, /One moment|Connected/);
    const synced = await world.reaches(scene.id, 19);
    assert.deepEqual((await world.path(synced._id)).slice(0, 3), [6, 9, 2]);
  });

  test('a token endpoint that stays broken: 7 TOKEN_ENDPOINT_FAILED, and a retry succeeds', async (t) => {
    const scene = await setConnectScene(world, t, { durations: { authorizationMs: 6_000 } });
    const link = await connect(scene);
    scene.app.faults.tokenErrors = 1_000;
    await scene.consent(link);
    assert.equal((await world.reaches(scene.id, 7)).reason, 'TOKEN_ENDPOINT_FAILED');
    assert.match((await scene.visit(`${link}/result`)).text, /has a disturbance/);
    scene.app.faults.tokenErrors = 0;
    await scene.consent(await again(scene));
    await world.reaches(scene.id, 19);
  });

  test('authorizing a healthy connection says that no refresh runs, until it is answered or canceled', async (t) => {
    const scene = await setConnectScene(world, t);
    const made = await scene.client.connect({ company: { id: 'acme' }, app: scene.appId });
    assert.equal(made.note, null);
    assert.ok(made.authorization.kind === 'oauth2');
    await scene.consent(made.authorization.link);
    await world.reaches(scene.id, 19, ({ closedAt }) => closedAt !== null);
    const { note, sessionId } = await scene.client.authorize(scene.id);
    assert.match(String(note), /authorized already: no refresh runs until/);
    await assert.rejects(scene.client.startSession(scene.id), { code: 'SESSION_OPEN' });
    assert.equal((await scene.client.getConnection(scene.id)).authorized, true);
    assert.equal((await scene.client.call(sessionId, 'cancel')).code, 20);
    assert.equal((await world.latest(scene.id)).reason, 'CANCELED');
    await scene.client.call(sessionId, 'cancel');
    await world.closes(scene.id);
    await scene.client.startSession(scene.id);
    await world.reaches(scene.id, 19, ({ number }) => number === 3);
  });
});
