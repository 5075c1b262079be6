import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { createLogChannel } from '../../client/alerts/log-channel.ts';
import { createWebhookChannel } from '../../client/alerts/webhook.ts';
import { localEgress } from '../support/egress.ts';
import { startReceiver } from './receiver.ts';
import { alertOf, quiet, startAlertScene } from './scene.ts';

describe('alerts of several channels', async () => {
  const scene = await startAlertScene();
  const { stores, slack, texts, untilTold } = scene;
  const { alerts } = stores;
  beforeEach(scene.reset);

  test('a webhook is signed, and has the same id when it is sent again', async () => {
    const receiver = await startReceiver();
    const secret = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
    const webhook = createWebhookChannel({ url: receiver.url, secret, egress: localEgress });
    const sender = scene.sender({ channels: [scene.slackChannel(), webhook] });
    receiver.answers = ['cut', 500];
    await alerts.raise(alertOf('store', '1'));
    await alerts.settle('store', 'It answers again.');
    await untilTold(sender);
    await receiver.stop();
    assert.deepEqual(
      texts().map((thread) => thread.length),
      [2],
    );
    const verified = receiver.requests.map(({ body, headers }) => {
      const { type } = new Webhook(secret).verify(body, headers) as { readonly type: string };
      return [type, headers['webhook-id']];
    });
    const ids = verified.map(([, id]) => id);
    assert.deepEqual(
      verified.map(([type]) => type),
      [...['alert.opened', 'alert.opened', 'alert.opened', 'alert.resolved']],
    );
    assert.equal(new Set(ids.slice(0, 3)).size, 1);
    assert.equal(new Set(ids).size, 2);
    assert.equal((await alerts.open()).length, 0);
  });

  test('a channel that lags does not keep another one from a new message', async () => {
    const receiver = await startReceiver();
    const secret = Buffer.alloc(24, 3).toString('base64');
    const webhook = createWebhookChannel({ url: receiver.url, secret, egress: localEgress });
    const sender = scene.sender({ channels: [scene.slackChannel(), webhook] });
    slack.mood = 'disturbed';
    await alerts.raise(alertOf('store', '1'));
    await alerts.settle('store', 'It answers again.');
    await sender.round();
    await alerts.raise(alertOf('store', '2'));
    await sender.round();
    slack.mood = 'well';
    await alerts.settle('store', 'It answers again.');
    await untilTold(sender);
    await receiver.stop();
    const types = receiver.requests.map(({ body }) => (JSON.parse(body) as { readonly type: string }).type);
    assert.deepEqual(types, [
      ...['alert.opened', 'alert.resolved'],
      ...['alert.opened', 'alert.lines', 'alert.resolved'],
    ]);
    assert.deepEqual(
      texts().map((thread) => thread.length),
      [3],
    );
    assert.equal((await alerts.open()).length, 0);
  });

  test('without a channel incidents are told to the log, and an open one to a channel that comes later', async () => {
    await alerts.raise(alertOf('store', '1'));
    await alerts.raise(alertOf('engine', '1'));
    await alerts.settle('engine', 'It answers again.');
    const logged = scene.sender({ channels: [createLogChannel(quiet)] });
    await untilTold(logged);
    await logged.stop();
    await untilTold(scene.sender());
    assert.deepEqual(
      texts().map(([first]) => first?.split('\n')[0]),
      ['Report store failed'],
    );
  });
});
