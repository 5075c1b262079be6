import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { disconnectPlanned } from '../support/disconnect.ts';
import { pagedCredentials } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { setConnectScene, stateOf } from './connect-scene.ts';
import { noStore } from './support.ts';

describe('the connect link', { skip: noStore, concurrency: 4 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  test('a customer connects without a token; opening changes nothing, and the link ends with the yes', async (t) => {
    const scene = await setConnectScene(world, t);
    const link = await scene.link();
    for (const _ of [1, 2]) {
      const page = await scene.visit(link);
      assert.equal(page.status, 200);
      assert.match(page.text, /Connect Paged app for Acme &amp; Söhne/);
      assert.match(page.text, /<li>orders/);
      assert.doesNotMatch(page.text, /<script/);
      // A browser checks every redirect of a form against this, and the app is elsewhere.
      assert.doesNotMatch(String(page.headers.get('content-security-policy')), /form-action/);
    }
    assert.equal(await world.stores.connections.get(scene.id), null);

    const answered = await scene.submit(link);
    assert.equal(answered.status, 303);
    await scene.visit(link);
    const thanks = await scene.consent(answered.location);
    assert.equal(thanks.status, 200);
    assert.match(thanks.text, /http-equiv="refresh"/);
    const connected = await scene.shows(`${answered.location}/result`, /Connected/);
    assert.match(connected.text, /you can close this window/);
    await world.reaches(scene.id, 19);
    assert.deepEqual((await world.stores.connections.get(scene.id))?.company, 'acme');

    assert.equal((await scene.visit(link)).status, 410);
    assert.equal((await scene.submit(link)).status, 410);
    assert.match((await scene.visit(`${link}/result`)).text, /Connected/);
  });

  test('forged and unknown links are 404, expired ones 410', async (t) => {
    const scene = await setConnectScene(world, t);
    const link = await scene.link();
    const forged = `${link.slice(0, -4)}AAAA`;
    assert.equal((await scene.visit(forged)).status, 404);
    assert.equal((await scene.submit(forged)).status, 404);
    const id = stateOf(link).split('.')[0] ?? '';
    const other = link.replace(id, Buffer.from('another link!!!!').toString('base64url'));
    assert.equal((await scene.visit(other)).status, 404);
    await world.stores.db
      .collection<{ _id: string }>('connectLinks')
      .updateOne({ _id: id }, { $set: { expiresAt: new Date(0) } });
    assert.equal((await scene.visit(link)).status, 410);
    assert.equal((await scene.submit(link)).status, 410);
    assert.equal(await world.stores.connections.get(scene.id), null);
  });

  test('a link leads to no other company and to no other app, though the connection has its id', async (t) => {
    const scene = await setConnectScene(world, t);
    const other = await setConnectScene(world, t);
    const links = [
      await scene.link({ id: `${scene.appId}-main` }),
      await scene.link({ id: `${scene.appId}-side` }),
    ];
    const bolt = { company: { id: 'bolt' }, app: scene.appId, id: `${scene.appId}-main` };
    await scene.client.connect(bolt);
    await other.client.connect({ company: { id: 'acme' }, app: other.appId, id: `${scene.appId}-side` });
    for (const link of links)
      for (const page of [await scene.visit(link), await scene.submit(link)])
        assert.deepEqual([page.status, page.location], [410, '']);
  });

  test('what is missing is asked for, checked, and escaped', async (t) => {
    const scene = await setConnectScene(world, t, {
      define: (definition) => ({
        ...definition,
        name: '<b>Shop</b>',
        prerequisites: [{ id: 'plan', text: 'Have a plan with API access' }],
        parameters: {
          type: 'object',
          required: ['shop', 'region'],
          properties: {
            shop: { type: 'string', title: 'Shop name', pattern: '^[a-z]+$' },
            region: { type: 'string', enum: ['eu', 'us'] },
          },
        },
      }),
    });
    const link = await scene.link({ parameters: { region: 'eu' } });
    const page = await scene.visit(link);
    assert.match(page.text, /&lt;b&gt;Shop/);
    assert.doesNotMatch(page.text, /<b>Shop|name="parameter.region"/);
    assert.match(page.text, /name="parameter.shop" required[^>]* pattern="\^\[a-z\]\+\$"/);
    assert.match(page.text, /type="checkbox" name="done.plan"/);
    const undone = await scene.submit(link, { 'parameter.shop': 'acme' });
    assert.deepEqual([undone.status, /Please confirm/.test(undone.text)], [422, true]);
    const wrong = await scene.submit(link, { 'done.plan': 'yes', 'parameter.shop': '"><script>' });
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /role="alert"/);
    assert.doesNotMatch(wrong.text, /<script/);
    assert.equal(await world.stores.connections.get(scene.id), null);
    const right = await scene.submit(link, { 'done.plan': 'yes', 'parameter.shop': 'acme' });
    assert.equal(right.status, 303);
    const connection = await scene.client.getConnection(scene.id);
    assert.deepEqual(connection.parameters, { region: 'eu', shop: 'acme' });
  });

  test('credentials are given on the page; wrong ones can be mended', async (t) => {
    const scene = await setConnectScene(world, t, { auth: 'basic' });
    const link = await scene.link();
    assert.match((await scene.visit(link)).text, /type="password"[^>]* autocomplete="off"/);
    const give = (password: string) =>
      scene.submit(link, { 'credential.username': 'ada', 'credential.password': password });
    assert.equal((await scene.submit(link)).status, 422);
    const wrong = await give('wrong');
    assert.equal(wrong.location.endsWith('/result'), true);
    const refused = await scene.shows(wrong.location, /is not connected/);
    assert.match(refused.text, /did not accept what was entered/);
    assert.match(refused.text, /href="\.\.\/[^"]+">Try again/);
    assert.match((await scene.visit(link)).text, /role="alert"/);
    assert.equal((await world.latest(scene.id)).reason, 'INVALID_CREDENTIALS');
    const right = await give(pagedCredentials.basic.password);
    await scene.shows(right.location, /you can close this window/);
    const entries = await world.stores.db.collection('inbox').find({ connectionId: scene.id }).toArray();
    assert.doesNotMatch(JSON.stringify(entries), /"right"/);
    assert.equal((await give('right')).status, 410);
    await world.reaches(scene.id, 19);
  });

  test('denied at the app: the reason, and another try by the same link', async (t) => {
    const scene = await setConnectScene(world, t);
    const link = await scene.link();
    scene.app.faults.deny = true;
    const first = (await scene.submit(link)).location;
    await scene.consent(first);
    const denied = await scene.shows(`${first}/result`, /You did not agree/);
    assert.match(denied.text, /href="\.\.\/\.\.\/connect\//);
    assert.deepEqual((await world.reaches(scene.id, 7)).reason, 'CONSENT_DENIED');
    scene.app.faults.deny = false;
    const second = (await scene.submit(link)).location;
    await scene.consent(second);
    await scene.shows(`${second}/result`, /you can close this window/);
    assert.deepEqual((await world.path(`${scene.id}.1`)).slice(0, 4), [6, 7, 6, 9]);
  });

  test('an app that is not set up: the developer reads the command, the customer that it is not ready', async (t) => {
    const scene = await setConnectScene(world, t);
    const link = await scene.link();
    await world.stores.apps.put({ _id: scene.appId, baseUrl: scene.app.url, updatedAt: new Date() });
    await assert.rejects(scene.link(), (error: Error) => {
      assert.match(error.message, /no client id and client secret/);
      assert.match(error.message, /tributary app set app\w+ --client-id <id> --client-secret-file <file>/);
      return true;
    });
    for (const page of [await scene.visit(link), await scene.submit(link)]) {
      assert.equal(page.status, 409);
      assert.match(page.text, /has to finish the set-up/);
      assert.doesNotMatch(page.text, /tributary app set|client id/);
    }
  });

  test('after 8 the link of the event leads back to the same records and cursors; another account is refused', async (t) => {
    const scene = await setConnectScene(world, t);
    const made = await scene.client.connect({ company: { id: 'acme' }, app: scene.appId });
    assert.ok(made.authorization.kind === 'oauth2');
    await scene.consent(made.authorization.link);
    await world.reaches(scene.id, 19, ({ closedAt }) => closedAt !== null);
    scene.app.faults.revoked = true;
    await scene.client.startSession(scene.id);
    await world.reaches(scene.id, 8, ({ closedAt }) => closedAt !== null);
    const { events } = await scene.client.listEvents(scene.id);
    assert.deepEqual(
      events.map(({ type, sessionId }) => [type, sessionId]),
      [['Deauthorized', `${scene.id}.2`]],
    );
    const link = String(events[0]?.data.reauthorizeUrl);
    scene.app.faults.revoked = false;

    assert.match((await scene.visit(link)).text, /Reconnect Paged app/);
    scene.app.account = 'somebody else';
    const wrong = (await scene.submit(link)).location;
    await scene.consent(wrong);
    await scene.shows(`${wrong}/result`, /another account than before/);
    assert.equal((await world.reaches(scene.id, 7)).reason, 'ACCOUNT_MISMATCH');
    scene.app.account = 'account-1';
    const right = (await scene.submit(link)).location;
    await scene.consent(right);
    await scene.shows(`${right}/result`, /you can close this window/);
    const synced = await world.reaches(scene.id, 19, ({ closedAt }) => closedAt !== null);
    assert.equal(synced.number, 3);
    const since = scene.app.asked.at(-1)?.since;
    assert.ok(since !== undefined, 'the load after it is incremental');
    assert.equal((await scene.client.listRecords(scene.id, 'orders')).total, 20);
    assert.equal((await world.stores.connections.get(scene.id))?.generation, 1);
    assert.equal((await scene.client.getConnection(scene.id)).authorized, true);
  });

  test('a disconnect ends every link from before; one from after it makes the next generation', async (t) => {
    const scene = await setConnectScene(world, t);
    const made = await scene.client.connect({ company: { id: 'acme' }, app: scene.appId });
    assert.ok(made.authorization.kind === 'oauth2');
    await scene.consent(made.authorization.link);
    await world.reaches(scene.id, 19, ({ closedAt }) => closedAt !== null);
    const old = await scene.link();
    assert.equal((await scene.visit(old)).status, 200);
    const receipt = await disconnectPlanned(scene.client, scene.id);
    assert.ok('grantRevoked' in receipt && receipt.grantRevoked);
    assert.equal(scene.app.tokens.revocations(), 1);
    assert.equal((await scene.visit(old)).status, 410);
    assert.equal((await scene.submit(old)).status, 410);
    assert.equal((await scene.client.getConnection(scene.id)).label, 'Disconnected');

    const next = await scene.link();
    assert.match((await scene.visit(next)).text, /Connect Paged app/);
    const consent = (await scene.submit(next)).location;
    const again = await world.stores.connections.get(scene.id);
    assert.deepEqual([again?.generation, again?.authorized, again?.account], [2, false, null]);
    assert.equal(await world.stores.grants.get(scene.id, 2), null);
    assert.equal(await world.stores.grants.get(scene.id, 1), null);
    await scene.consent(consent);
    await scene.shows(`${consent}/result`, /you can close this window/);
    const synced = await world.reaches(scene.id, 19);
    assert.deepEqual([synced.generation, synced.number], [2, 2]);
  });

  test('two clicks at once open one session', async (t) => {
    const scene = await setConnectScene(world, t);
    const link = await scene.link();
    const both = await Promise.all([scene.submit(link), scene.submit(link)]);
    assert.deepEqual(
      both.map(({ status }) => status),
      [303, 303],
    );
    await scene.consent(both[1]?.location ?? '');
    await until('the end', async () => {
      const { status } = await scene.visit(link);
      return status === 410 ? { found: true } : { seen: String(status) };
    });
    assert.equal((await world.latest(scene.id)).number, 1);
  });
});
