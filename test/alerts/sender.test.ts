import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { storeUri } from '../stores/support.ts';
import { asHere } from '../support/node.ts';
import { alertOf, startAlertScene } from './scene.ts';

describe('the sender of alerts', async () => {
  const scene = await startAlertScene();
  const { stores, slack, texts, untilTold } = scene;
  const { alerts } = stores;
  beforeEach(scene.reset);

  test('posts one message a root cause, its failures and its end in the thread', async () => {
    const sender = scene.sender();
    await alerts.raise(alertOf('store', '1'));
    await sender.round();
    for (const id of ['2', '3', '2']) await alerts.raise(alertOf('store', id));
    await alerts.raise(alertOf('grant/west', '1'));
    await sender.round();
    await alerts.acknowledge('store', { kind: 'person', id: 'ann' });
    await alerts.settle('store', 'It answers again.');
    await sender.round();
    await sender.round();
    const [store, grant, ...more] = texts();
    assert.deepEqual(more, []);
    assert.match(
      store?.[0] ?? '',
      /^Report store failed\nIt failed \(1\)\.\nSince .* GMT\.\nWhat helps: tributary report retry/,
    );
    assert.match(store?.[1] ?? '', /line 2\n.*line 3$/);
    assert.match(store?.[2] ?? '', /ann takes care of it/);
    assert.match(store?.[3] ?? '', /^Resolved: It answers again\. It lasted \d+ s and was seen 3 times\./);
    assert.equal(store?.length, 4);
    assert.equal(grant?.length, 1);
    assert.equal((await alerts.open()).length, 1);
  });

  test('what flaps is one incident, told once', async () => {
    const sender = scene.sender({ holdDownMs: 60_000 });
    await alerts.raise(alertOf('store', '1'));
    await sender.round();
    for (let flap = 2; flap < 6; flap++) {
      await alerts.settle('store', 'It answers again.');
      await sender.round();
      await alerts.raise(alertOf('store', `${flap}`));
      await sender.round();
    }
    assert.equal(texts().length, 1);
    assert.equal(texts()[0]?.filter((text) => text.startsWith('Resolved')).length, 0);
    await alerts.settle('store', 'It answers again.');
    const calm = scene.sender({ holdDownMs: 60_000, now: () => new Date(Date.now() + 61_000) });
    await sender.stop();
    await calm.round();
    assert.match(texts()[0]?.at(-1) ?? '', /^Resolved: It answers again\./);
    // The next time is a new incident.
    await alerts.raise(alertOf('store', '9'));
    await calm.round();
    assert.equal(texts().length, 2);
  });

  test('an answer that is lost does not make a second message', async () => {
    const sender = scene.sender();
    for (let other = 0; other < 7; other++) await alerts.raise(alertOf(`report/sales/${other}`));
    await sender.round();
    await alerts.raise(alertOf('store', '1'));
    slack.mood = 'lost';
    await sender.round();
    assert.match(
      (await alerts.get('store'))?.delivery.slack?.lastError?.text ?? '',
      /^Slack cannot be reached/,
    );
    slack.mood = 'well';
    await untilTold(sender);
    await alerts.raise(alertOf('store', '2'));
    slack.mood = 'lost';
    await sender.round();
    slack.mood = 'well';
    await untilTold(sender);
    const [store] = scene.threads().filter(({ first }) => first.text.includes('Report store'));
    assert.equal(scene.threads().length, 8);
    assert.deepEqual(
      store?.thread.map(({ text }) => text.slice(-6)),
      ['line 2'],
    );
  });

  test('a search that fails does not make a second message, and says what it lacks', async () => {
    const sender = scene.sender({ delays: { retryMs: 1, refusedMs: 1 } });
    await alerts.raise(alertOf('store', '1'));
    slack.mood = 'lost';
    await sender.round();
    slack.mood = 'well';
    for (const error of ['ratelimited', 'missing_scope']) {
      slack.listError = error;
      await stores.alerts.change('store', ({ delivery }) => ({
        delivery: { slack: { ...delivery.slack, nextAttemptAt: null } as never },
      }));
      await sender.round();
    }
    assert.match(
      (await alerts.get('store'))?.delivery.slack?.lastError?.text ?? '',
      /lacks a permission.*channels:history/,
    );
    slack.listError = null;
    await untilTold(sender);
    assert.deepEqual(
      texts().map((thread) => thread.length),
      [1],
    );
  });

  test('an end that was not said when the incident came back is not said', async () => {
    const sender = scene.sender();
    await alerts.raise(alertOf('store', '1'));
    await sender.round();
    await alerts.settle('store', 'It answers again.');
    slack.mood = 'severed';
    await sender.round();
    await alerts.raise(alertOf('store', '2'));
    slack.mood = 'well';
    await untilTold(sender);
    assert.deepEqual(
      texts().map((thread) => thread.map((text) => text.slice(-6))),
      [[texts()[0]?.[0]?.slice(-6), 'line 2']],
    );
  });

  test('a process that is killed between post and note leaves exactly one message', async () => {
    await alerts.raise(alertOf('store', '1'));
    const { databaseName } = stores.db;
    const child = spawn(
      process.execPath,
      [...asHere, fileURLToPath(new URL('./sender-process.ts', import.meta.url))],
      {
        env: {
          ...process.env,
          URI: storeUri(),
          DATABASE: databaseName,
          SLACK: slack.apiUrl,
          TOKEN: slack.token,
        },
      },
    );
    await new Promise<void>((resolve) => {
      slack.onPosted = async () => {
        slack.onPosted = () => undefined;
        child.kill('SIGKILL');
        await once(child, 'exit');
        resolve();
      };
    });
    assert.equal((await alerts.get('store'))?.delivery.slack?.told.message, null);
    const later = () => new Date(Date.now() + 120_000);
    // The killed one has the right to send for a minute.
    await stores.db.collection('alertLeases').updateOne({}, { $set: { until: new Date(0) } });
    await scene.sender({ now: later }).round();
    assert.equal(scene.threads().length, 1);
    const [only] = scene.threads();
    assert.equal(
      (await alerts.get('store'))?.delivery.slack?.told.message,
      `${slack.channel('airtable').id}:${only?.first.ts}`,
    );
  });

  test('of two processes one sends at a time', async () => {
    const senders = [scene.sender(), scene.sender(), scene.sender()];
    for (let one = 0; one < 10; one++) await alerts.raise(alertOf(`report/sales/${one}`));
    await Promise.all(senders.map((sender) => sender.round()));
    for (const sender of senders) await untilTold(sender);
    assert.equal(texts().length, 10);
  });

  test('a rate limit and an outage delay, and lose nothing', async () => {
    let now = Date.now();
    const sender = scene.sender({
      now: () => new Date(now),
      delays: { retryMs: 1_000, refusedMs: 300_000 },
    });
    for (let one = 0; one < 3; one++) await alerts.raise(alertOf(`report/sales/${one}`));
    Object.assign(slack, { intervalMs: 3_600_000, retryAfter: 7 });
    await sender.round();
    assert.equal(texts().length, 1);
    const posts = slack.calls('chat.postMessage');
    now += 6_000;
    await sender.round();
    assert.equal(slack.calls('chat.postMessage'), posts, 'the wait that Slack named is kept');
    slack.intervalMs = 0;
    slack.mood = 'disturbed';
    for (let day = 0; day < 3; day++) {
      now += 86_400_000;
      await sender.round();
    }
    assert.equal(texts().length, 1);
    const [waiting] = await alerts.open().then((docs) => docs.filter(({ told }) => told.message === null));
    assert.match(waiting?.delivery.slack?.lastError?.text ?? '', /^Slack answered with 503/);
    slack.mood = 'well';
    now += 3_600_000;
    await sender.round();
    assert.equal(texts().length, 3);
  });

  test('what a person has to mend is said in words, and goes on once it is mended', async () => {
    const cases = [
      { set: () => (slack.authError = 'token_revoked'), says: /token was revoked.*TRIBUTARY_SLACK_TOKEN/ },
      { set: () => (slack.authError = 'invalid_auth'), says: /token is not valid/ },
      {
        set: () => (slack.channel('airtable').isMember = false),
        says: /not a member of #airtable.*\/invite/,
      },
      { set: () => (slack.channel('airtable').isArchived = true), says: /archived/ },
    ];
    for (const { set, says } of cases) {
      await alerts.raise(alertOf(`report/${String(says)}`));
      set();
      const sender = scene.sender({ delays: { retryMs: 1, refusedMs: 3_600_000 } });
      await sender.round();
      const doc = await alerts.get(`report/${String(says)}`);
      assert.match(doc?.delivery.slack?.lastError?.text ?? '', says);
      await sender.stop();
      slack.authError = null;
      Object.assign(slack.channel('airtable'), { isMember: true, isArchived: false });
      await stores.db.collection('alerts').deleteMany({});
    }
    await alerts.raise(alertOf('store'));
    await scene.sender({ channels: [scene.slackChannel({ channel: '#nowhere' })] }).round();
    const wrong = (await alerts.get('store'))?.delivery.slack?.lastError?.text ?? '';
    assert.match(wrong, /channel_not_found.*there is no channel #nowhere/);
    await stores.db.collection('alertLeases').deleteMany({});
    await untilTold(scene.sender());
    assert.equal(texts().length, 1);
  });
});
