import { after } from 'node:test';
import { pino } from 'pino';
import { deliveryOf, nextFor } from '../../client/alerts/delivery.ts';
import { type AlertSender, type AlertSenderOptions, createAlertSender } from '../../client/alerts/sender.ts';
import { createSlackChannel } from '../../client/alerts/slack-channel.ts';
import type { AlertRaise } from '../../domain/alerts.ts';
import type { Stores } from '../../stores/open.ts';
import { openTestStores } from '../stores/support.ts';
import { localEgress } from '../support/egress.ts';
import { type SlackMessageDoc, type SlackStandIn, startSlack } from '../support/slack/index.ts';
import { until } from '../support/until.ts';

export const quiet = pino({ level: 'silent' });

/** An alert of one root cause; `id` is the occurrence. */
export const alertOf = (incident: string, id = '1', more: Partial<AlertRaise> = {}): AlertRaise => ({
  ...{ incident, cause: 'report', title: `Report ${incident} failed`, reason: `It failed (${id}).` },
  ...{
    since: new Date(),
    command: 'tributary report retry',
    occurrence: { id, text: `line ${id}`, at: new Date() },
  },
  ...more,
});

/** A store, a Slack and senders; a second is a few milliseconds here. */
export interface AlertScene {
  readonly stores: Stores;
  readonly slack: SlackStandIn;
  sender(options?: Partial<AlertSenderOptions>): ReturnType<typeof createAlertSender>;
  slackChannel(options?: {
    readonly channel?: string;
    readonly paceMs?: number;
  }): ReturnType<typeof createSlackChannel>;
  /** Nothing was told, and Slack is well. */
  reset(): Promise<void>;
  /** Rounds until nothing waits. */
  untilTold(sender: AlertSender): Promise<void>;
  /** Texts of the channel, each with those of its thread. */
  texts(): readonly (readonly string[])[];
  /** Messages of the channel, each with those of its thread. */
  threads(
    channel?: string,
  ): readonly { readonly first: SlackMessageDoc; readonly thread: readonly SlackMessageDoc[] }[];
}

export async function startAlertScene(): Promise<AlertScene> {
  const stores = await openTestStores();
  const slack = await startSlack();
  slack.intervalMs = 0;
  after(() => slack.stop());
  const slackChannel: AlertScene['slackChannel'] = ({ channel = '#airtable', paceMs = 0 } = {}) =>
    createSlackChannel({
      ...{ token: slack.token, apiUrl: slack.apiUrl, egress: localEgress },
      channel,
      paceMs,
    });
  const scene: AlertScene = {
    stores,
    slack,
    slackChannel,
    sender: (options = {}) =>
      createAlertSender({
        ...{ stores, log: quiet, holdDownMs: 0, leaseMs: 60_000, channels: [slackChannel()] },
        delays: { retryMs: 1, refusedMs: 5 },
        ...options,
      }),
    threads(channel = 'airtable') {
      const { messages } = slack.channel(channel);
      return messages
        .filter(({ threadTs }) => threadTs === null)
        .map((first) => ({ first, thread: messages.filter(({ threadTs }) => threadTs === first.ts) }));
    },
    async reset() {
      await stores.db.collection('alerts').deleteMany({});
      await stores.db.collection('alertLeases').deleteMany({});
      Object.assign(slack.channel('airtable'), { lastAt: 0, isMember: true, isArchived: false });
      slack.channel('airtable').messages.length = 0;
      Object.assign(slack, { mood: 'well', authError: null, listError: null, intervalMs: 0, retryAfter: 1 });
      slack.onPosted = () => undefined;
    },
    untilTold: (sender) =>
      until('everybody to be told', async () => {
        await sender.round();
        const docs = await stores.alerts.open();
        const waiting = docs.filter((doc) =>
          sender.channels.some((name) => nextFor(doc, deliveryOf(doc, name)) !== null),
        );
        return waiting.length === 0 ? { found: undefined } : { seen: waiting.map(({ _id }) => _id).join() };
      }),
    texts: () => scene.threads().map(({ first, thread }) => [first.text, ...thread.map(({ text }) => text)]),
  };
  return scene;
}
