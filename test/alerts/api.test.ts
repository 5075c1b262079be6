import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, beforeEach, describe, test } from 'node:test';
import type { OnRetry } from '../../client/alerts/interactions.ts';
import { createApi } from '../../client/api/create-api.ts';
import { createDispatcher } from '../../client/dispatcher.ts';
import { createSecretBox } from '../../platform/crypto.ts';
import { tributary } from '../client/cli-process.ts';
import { localEgress } from '../support/egress.ts';
import type { SignedClick } from '../support/slack/index.ts';
import { until } from '../support/until.ts';
import { alertOf, quiet, startAlertScene } from './scene.ts';

describe('the API of alerts', async () => {
  const scene = await startAlertScene();
  const { stores, slack } = scene;
  const { alerts } = stores;
  const sender = scene.sender({ delays: { retryMs: 60_000, refusedMs: 300_000 } });
  const retries: string[] = [];
  let onRetry: OnRetry | undefined;
  const sessions = { tell: async () => undefined };
  const token = 'a-token-of-the-tests';
  const makeApi = () =>
    createApi({
      ...{ stores, sessions: sessions as never, log: quiet, token, egress: localEgress },
      dispatcher: createDispatcher({ stores, sessions, log: quiet }),
      definitions: () => new Map(),
      secrets: createSecretBox([{ id: 'test', key: randomBytes(32) }]),
      publicUrl: () => 'http://tributary.example',
      alerts: {
        ...{ kick: sender.kick, channels: sender.channels, slackSigningSecret: slack.signingSecret },
        ...(onRetry === undefined ? {} : { onRetry }),
      },
    });
  let api = makeApi();
  after(() => sender.stop());

  beforeEach(async () => {
    await stores.db.collection('alerts').deleteMany({});
    slack.channel('airtable').messages.length = 0;
    slack.authError = null;
    slack.responses.length = 0;
    retries.length = 0;
    onRetry = async ({ type, slot }) => {
      retries.push(`${type}/${slot}`);
      return `${type} of ${slot} is made again now.`;
    };
    api = makeApi();
  });

  const call = async (method: 'GET' | 'POST', url: string) => {
    const headers = { authorization: `Bearer ${token}`, 'x-actor': 'ann' };
    const response = await api.inject({ method, url, headers });
    return { code: response.statusCode, body: response.json() };
  };
  const click = ({ payload, headers }: SignedClick) =>
    api.inject({ method: 'POST', url: '/api/slack/interactions', payload, headers });
  const retryable = alertOf('report/sales/2026-01-01', '1', {
    retry: { kind: 'report', type: 'sales', slot: '2026-01-01' },
  });
  const told = async () => {
    await alerts.raise(retryable);
    await sender.round();
    const [thread] = scene.threads();
    assert.ok(thread);
    return thread.first;
  };
  const response = () =>
    until('an answer to the click', async () => {
      const [one] = slack.responses;
      return one === undefined ? { seen: 'none' } : { found: String(one.text) };
    });

  test('lists what is open first, and why a channel waits; attention names the channel', async () => {
    await alerts.raise(alertOf('store'));
    await alerts.settle('store', 'It answers again.');
    await sender.round();
    slack.authError = 'token_revoked';
    await alerts.raise(alertOf('engine'));
    await sender.round();
    const { body } = await call('GET', '/api/alerts');
    assert.deepEqual(
      body.alerts.map(({ incident, status }: Record<string, string>) => [incident, status]),
      [
        ['engine', 'open'],
        ['store', 'resolved'],
      ],
    );
    assert.match(body.alerts[0].delivery[0].lastError, /token was revoked/);
    assert.equal(body.alerts[1].delivery[0].waiting, false);
    const { body: attention } = await call('GET', '/api/attention');
    assert.match(attention.items[0].sentence, /^An alert waits: .*token was revoked/);
    assert.deepEqual([attention.items[0].kind, attention.items[0].id], ['alerts', 'slack']);
  });

  test('acknowledges once; an unknown one is 404', async () => {
    await told();
    const id = encodeURIComponent('report/sales/2026-01-01');
    assert.equal((await call('POST', `/api/alerts/${id}/acknowledge`)).body.acknowledged.by.id, 'ann');
    assert.equal((await call('POST', `/api/alerts/${id}/acknowledge`)).code, 200);
    await sender.round();
    assert.deepEqual(
      scene.threads()[0]?.thread.map(({ text }) => text),
      ['ann takes care of it.'],
    );
    assert.equal((await call('POST', '/api/alerts/nothing/acknowledge')).code, 404);
  });

  test('a test alert says what happened, and is tried although the channel waits', async () => {
    slack.authError = 'invalid_auth';
    await alerts.raise(alertOf('store'));
    await sender.round();
    const bad = await call('POST', '/api/alerts/test');
    assert.equal(bad.body.delivered, false);
    assert.match(bad.body.channels[0].sentence, /^Slack did not take the message\. .*token is not valid/);
    slack.authError = null;
    const good = await call('POST', '/api/alerts/test');
    assert.deepEqual(good.body.channels, [
      { channel: 'slack', delivered: true, sentence: 'Slack took the message.' },
    ]);
    // What waited goes on with it.
    await sender.round();
    assert.equal(scene.threads().length, 3);
  });

  test('a click on Acknowledge is said in the thread, once', async () => {
    const first = await told();
    const one = slack.click(first, 'acknowledge', { user: 'U0BEA' });
    assert.equal((await click(one)).statusCode, 200);
    assert.equal((await click(one)).statusCode, 200);
    assert.equal((await click(slack.click(first, 'acknowledge', { user: 'U0ANN' }))).body, '');
    await sender.round();
    const [thread] = scene.threads();
    assert.equal(thread?.thread.length, 1);
    assert.match(JSON.stringify(thread?.thread[0]?.blocks), /<@U0BEA> takes care of it/);
  });

  test('a click on Retry starts one retry for each failure', async () => {
    const first = await told();
    await click(slack.click(first, 'retry'));
    assert.equal(await response(), 'sales of 2026-01-01 is made again now.');
    await click(slack.click(first, 'retry', { user: 'U0BEA' }));
    assert.match(String(slack.responses[1]?.text), /^<@U0ANN> has retried it already/);
    assert.deepEqual(retries, ['sales/2026-01-01']);
    await alerts.raise({ ...retryable, occurrence: { id: '2', text: 'again', at: new Date() } });
    await click(slack.click(first, 'retry'));
    assert.equal(retries.length, 2);
  });

  test('a retry that fails, and one that cannot be, say so and what helps', async () => {
    const first = await told();
    onRetry = async () => {
      throw new Error('The engine cannot be reached.');
    };
    api = makeApi();
    await click(slack.click(first, 'retry'));
    assert.match(await response(), /could not be retried: The engine cannot.*tributary report retry/);
    onRetry = undefined;
    api = makeApi();
    await click(slack.click(first, 'retry'));
    assert.match(String(slack.responses[1]?.text), /^It cannot be retried from here\. What helps:/);
  });

  test('the CLI lists, acknowledges and tests, and says in words what happened', async () => {
    await told();
    const url = await api.listen({ host: '127.0.0.1', port: 0 });
    const env = { TRIBUTARY_URL: url, TRIBUTARY_TOKEN: token };
    try {
      slack.authError = 'not_in_channel';
      const [acknowledged, tested] = await Promise.all([
        tributary(['alert', 'ack', 'report/sales/2026-01-01'], env),
        tributary(['alert', 'test'], env),
      ]);
      assert.match(acknowledged.stdout, /takes care of report\/sales\/2026-01-01 since/);
      assert.equal(tested.code, 1);
      assert.match(tested.stdout, /^Slack did not take the message\. .*\/invite in #airtable\.\n$/);
      const { stdout } = await tributary(['alert', 'list'], env);
      assert.match(stdout, /report\/sales\/2026-01-01 +open, acknowledged/);
    } finally {
      await api.close();
    }
  });

  test('takes only what Slack signed within five minutes', async () => {
    const first = await told();
    const minutes = (count: number) => new Date(Date.now() + count * 60_000);
    const good = slack.click(first, 'retry');
    const bad = [
      slack.click(first, 'retry', { secret: 'another-secret-of-theirs' }),
      slack.click(first, 'retry', { at: minutes(-6) }),
      slack.click(first, 'retry', { at: minutes(6) }),
      { ...good, payload: `${good.payload}&more=1` },
      { ...good, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      { ...good, headers: { ...good.headers, 'x-slack-signature': 'v0=é' } },
    ];
    for (const one of bad) {
      const { statusCode, body } = await click(one);
      assert.deepEqual([statusCode, JSON.parse(body).code], [401, 'WEBHOOK_REFUSED']);
    }
    assert.deepEqual(retries, []);
    assert.equal((await click(slack.click(first, 'retry', { at: minutes(-4) }))).statusCode, 200);
    assert.deepEqual(retries, ['sales/2026-01-01']);
  });
});
