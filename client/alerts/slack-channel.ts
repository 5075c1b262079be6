import { slackMessageOf } from './blocks.ts';
import type { AlertChannel, AlertPost } from './channel.ts';
import { createSlack, type SlackMark, type SlackOptions } from './slack.ts';

/** What Slack asks of an app: about one message a second in a channel. */
const slackPaceMs = 1_100;

/** By this a message is found again. */
const markOf = ({ incident, part }: AlertPost): SlackMark => ({
  incident: incident.incident,
  number: incident.number,
  opened: incident.openedAt.getTime(),
  part,
});

/** Incidents are told in a channel of Slack: the first message in the channel, the others in its thread. */
export function createSlackChannel(
  options: SlackOptions & { readonly paceMs?: number | undefined },
): AlertChannel {
  const slack = createSlack(options);
  return {
    name: 'slack',
    paceMs: options.paceMs ?? slackPaceMs,
    send: (post) =>
      slack.post({
        ...slackMessageOf(post.incident, post.message),
        ...{ thread: post.thread, mark: markOf(post) },
      }),
    find: (post) => slack.find(markOf(post), post.thread, post.since),
  };
}
