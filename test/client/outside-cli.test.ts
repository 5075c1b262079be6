import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { pairOf } from '../../activities/deduplication/work.ts';
import type { OutboundSender } from '../../client/outbound/sender.ts';
import { goesWell, senderOf, startReceiver } from '../outbound/scene.ts';
import { until } from '../support/until.ts';
import { type Ended, tributary } from './cli-process.ts';
import { type Door, startDoor, startInterruptible } from './listening.ts';
import { noStore, shop, startTestApi, type TestApi, token } from './support.ts';

const club = {
  ...shop,
  id: 'club',
  name: 'Club',
  deduplication: [{ resource: 'orders', match: [['email']] }],
} as typeof shop;

describe('the command line of events and of merges', { skip: noStore }, () => {
  let t: TestApi;
  let door: Door;
  let sender: OutboundSender;
  before(async () => {
    t = await startTestApi({ definitions: [club] });
    const url = new URL(await t.api.listen({ host: '127.0.0.1', port: 0 }));
    door = await startDoor(Number(url.port));
    sender = senderOf(t.stores, { secrets: t.secrets, intervalMs: 50, timeoutMs: 15_000, scale: 0 });
    sender.start();
  });
  after(async () => {
    await sender.stop();
    await door.close();
    await t.stop();
  });
  const env = () => ({ TRIBUTARY_URL: door.url, TRIBUTARY_TOKEN: token });
  const run = (...args: string[]): Promise<Ended> => tributary(args, env());
  /** @returns what is printed */
  const well = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  /** Ends with that code, saying that on stderr. */
  const refused = async (code: number, said: RegExp, ...args: string[]): Promise<void> => {
    const ended = await run(...args);
    assert.match(ended.stderr, said, args.join(' '));
    assert.equal(ended.code, code, ended.stderr);
    assert.doesNotMatch(ended.stderr, /\n {4}at |undefined|null/);
  };
  const subscriptions = async (): Promise<string[]> =>
    (await t.stores.subscriptions.list()).map(({ _id }) => _id);

  it('listen: prints events until Ctrl-C, outlives the API, and leaves no subscription', async (c) => {
    await t.started('shop-acme');
    const listening = startInterruptible(['events', 'listen', '--event', 'RawData'], env());
    c.after(() => listening.interrupt());
    await listening.says('events arrive here');
    const [id = ''] = await subscriptions();
    assert.match(id, /^listen-[0-9a-f]{8}$/);
    await goesWell(t.stores, 'shop-acme');
    const printed = await listening.says('rows=');
    assert.match(
      printed,
      /Z {2}RawData {7} {2}shop-acme {2}shop-acme\.1 {2}12 Loaded {2}LOADED {2}resources=/,
    );
    assert.doesNotMatch(printed, /NormalizedData/);
    await door.close();
    await listening.says('The API does not answer', 'stderr');
    await goesWell(t.stores, 'shop-acme');
    await listening.says('shop-acme.2');
    await door.open();
    await listening.says('The API answers again.', 'stderr');
    const { code, stderr } = await listening.interrupt();
    assert.deepEqual([code, await subscriptions()], [0, []], stderr);
    assert.match(stderr, /^Listening at http:\/\/127\.0\.0\.1:\d+\/events; end it with Ctrl-C\.\n/);
  });

  it('listen: what it cannot do is said in words, and nothing is left behind', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    await refused(2, /another program listens there/, 'events', 'listen', '--port', `${port}`);
    taken.close();
    await refused(2, /"many" is no port/, 'events', 'listen', '--port', 'many');
    await refused(2, /"Raw" is no event\. There are: RawData,/, 'events', 'listen', '--event', 'Raw');
    await refused(
      1,
      /connections: there is no connection "no-such"/,
      ...'events listen --connection no-such'.split(' '),
    );
    const { TRIBUTARY_URL } = env();
    for (const [given, code, said] of [
      [{ TRIBUTARY_URL }, 1, /UNAUTHENTICATED: .*--token or TRIBUTARY_TOKEN/],
      [{ TRIBUTARY_URL: 'http://127.0.0.1:9', TRIBUTARY_TOKEN: token }, 3, /Nothing answers at http/],
    ] as const) {
      const ended = await tributary(['events', 'listen'], given);
      assert.match(ended.stderr, said);
      assert.equal(ended.code, code);
    }
    assert.deepEqual(await subscriptions(), []);
  });

  it('a subscription from its making to its removal, in words', async (c) => {
    const receiver = await startReceiver();
    c.after(() => receiver.stop());
    const events = (...args: string[]) => well('events', ...args);
    const made = await events(
      'subscribe',
      'desk',
      receiver.url,
      '--event',
      'Error',
      '--connection',
      'shop-acme',
    );
    assert.match(made, /^secret +whsec_\S+$/m);
    assert.match(made, /The secret is not shown again\./);
    assert.match(await events('list'), /^desk +http\S+ +Error +enabled$/m);
    const changed = await events(
      'update',
      'desk',
      '--event',
      'RawData',
      '--connection',
      '*',
      '--note',
      'for Ada',
    );
    assert.match(changed, /^events +RawData, Error, Disconnected, Suspended$/m);
    assert.match(changed, /^connections +all$/m);
    assert.match(await events('test', 'desk'), /^It arrived: 204 after \d+ ms\.$/m);
    assert.match(await events('rotate', 'desk', '--overlap', '48'), /^secrets +of \S+, until \S+$/m);
    receiver.onArrived = ({ event }) => {
      receiver.answers = [event.data.sequence % 2 === 0 ? 204 : 400];
    };
    await goesWell(t.stores, 'shop-acme');
    const list = await until('an event to be given up', async () => {
      const seen = await events('deliveries', 'desk', '--failed');
      return seen.includes('desk/shop-acme/') ? { found: seen } : { seen };
    });
    const [, delivery = ''] =
      /^(desk\/shop-acme\/\d+) +RawData +\S+ +failed .*answered with 400\.$/m.exec(list) ?? [];
    receiver.onArrived = () => undefined;
    receiver.answers = [];
    assert.equal(await events('redeliver', 'desk', delivery), '1 event is sent again.\n');
    assert.equal(await events('disable', 'desk'), 'desk is disabled.\n');
    const waits = /^1 event is sent again once the subscription is enabled: tributary events enable desk\n$/;
    assert.match(await events('redeliver', 'desk', delivery), waits);
    assert.match(
      await events('redeliver', 'desk', '--failed-since', '2999-01-01'),
      /^Nothing was given up since then/,
    );
    assert.match(await events('show', 'desk'), /^state +disabled\nwhy +.* disabled it\.$/m);
    assert.equal(await events('enable', 'desk'), 'desk is enabled.\n');
    await refused(2, /Name what changes/, 'events', 'update', 'desk');
    await refused(2, /"soon" is no number of hours/, 'events', 'rotate', 'desk', '--overlap', 'soon');
    await refused(2, /Name either one delivery/, 'events', 'redeliver', 'desk');
    await refused(4, /NOT_FOUND.*"desk\/none\/1"/, 'events', 'redeliver', 'desk', 'desk/none/1');
    assert.equal(await events('remove', 'desk'), 'desk is removed.\n');
    for (const verb of ['enable', 'deliveries'])
      await refused(4, /There is no subscription "desk"/, 'events', verb, 'desk');
  });

  it('merges: answers, undo and what they say, with wrong ids, paused and disconnected', async () => {
    const dedup = (verb: string, ...args: string[]) => well('dedup', verb, 'club-acme', ...args);
    await t.started('club-acme', { app: 'club', status: 'PAUSED', deduplication: true });
    assert.equal(await dedup('list'), 'Nothing is merged.\n');
    assert.equal(await dedup('suggestions'), 'There are none.\n');
    const { groups, members, pairs } = t.stores.merges.of('club-acme', 1, 'orders');
    const at = new Date();
    const near = (one: string, other: string) => ({
      ...{ ...pairOf(one, other), decision: null, pending: false, at },
      suggested: { by: 'name' as const, similarity: 0.93, sessionId: 'club-acme.1' },
    });
    const [first, second] = [near('1', '2'), near('3', '4')];
    await pairs.putMany([first, second]);
    const merged = { survivor: '5', record: null, mergedIn: 'club-acme.1' };
    await members.putMany(['5', '6'].map((_id) => ({ _id, ...merged })));
    await groups.putMany([
      { _id: '5', keys: ['5', '6'], matchedBy: ['email'], sessionId: 'club-acme.1', at },
    ]);

    assert.match(await dedup('list'), /^RECORD +MERGED +BY +SESSION\n5 +6 +email +club-acme\.1\n$/);
    assert.match(
      await dedup('show', '6'),
      /^5: 5, 6 are one by email\nreaders see: nothing until.*\n5: deleted/,
    );
    assert.match(await dedup('suggestions'), new RegExp(`^${first._id} +1, 2 +name +0\\.93$`, 'm'));
    const next = 'The next session acts on it.\n';
    assert.equal(await dedup('accept', first._id, '--why', 'same tax number'), `1 pair is decided.\n${next}`);
    assert.equal(
      await dedup('dismiss', second._id),
      '1 pair is decided.\nThey stay apart; if they were one, the next session parts them.\n',
    );
    assert.equal(await dedup('suggestions'), 'There are none.\n');
    assert.match(
      await dedup('suggestions', '--decided'),
      /1, 2 .* same .* same tax number\n|3, 4 .* different/,
    );
    assert.equal(await dedup('withdraw', first._id), `1 pair is decided.\n${next}`);
    assert.match(await dedup('suggestions'), new RegExp(`^${first._id} `, 'm'));
    assert.equal(await dedup('undo', '6', '--why', 'father and son'), `1 pair is decided.\n${next}`);

    const none = '0'.repeat(24);
    for (const verb of ['accept', 'dismiss', 'withdraw'])
      await refused(4, new RegExp(`There is no pair "${none}" of orders`), 'dedup', verb, 'club-acme', none);
    for (const verb of ['show', 'undo'])
      await refused(4, /There is no merged record "77" of orders/, 'dedup', verb, 'club-acme', '77');
    await refused(4, /There is no connection "no-such"/, 'dedup', 'accept', 'no-such', none);
    await refused(
      4,
      /There is no resource "no-such"/,
      ...'dedup list club-acme --resource no-such'.split(' '),
    );
    await refused(1, /the app deduplicates nothing/, 'dedup', 'list', 'shop-acme');
    await refused(2, /missing required argument/, 'dedup', 'accept', 'club-acme');
    await t.stores.connections.change('club-acme', () => ({ status: 'DISCONNECTED', ownCode: 26 }));
    for (const [verb, which] of [
      ['accept', first._id],
      ['dismiss', first._id],
      ['withdraw', second._id],
      ['undo', '5'],
    ] as const)
      await refused(
        5,
        /CONNECTION_DISCONNECTED: Connection club-acme was disconnected/,
        'dedup',
        verb,
        'club-acme',
        which,
      );
  });
});
