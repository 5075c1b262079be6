import { LogLevel, WebClient } from '@slack/web-api';
import type { Egress } from '../../platform/egress.ts';
import type { ChannelFailure, Found, Sent } from './channel.ts';
import { slackCodeOf, slackFailure } from './slack-failures.ts';

/** Where Slack is and who we are there. */
export interface SlackOptions {
  /** Bot token. */
  readonly token: string;
  /** Name with #, or id. */
  readonly channel: string;
  /** In place of https://slack.com/api/, for stand-ins. */
  readonly apiUrl?: string | undefined;
  readonly egress: Pick<Egress, 'fetch'>;
  /** How long an answer is waited for. @default 10000 */
  readonly timeoutMs?: number;
}

/** A block of Slack's Block Kit. */
export type SlackBlock = Readonly<Record<string, unknown>>;

/** What a message is known by afterwards; values are texts and numbers. */
export type SlackMark = Readonly<Record<string, string | number>>;

export interface SlackMessage {
  /** For notifications, and where blocks cannot be shown. Escape it by `escaped`. */
  readonly text: string;
  readonly blocks?: readonly SlackBlock[];
  /** The message whose thread takes it, as `post` called it. */
  readonly thread?: string | null;
  readonly mark?: SlackMark;
}

/** One channel of Slack, without any store: it remembers nothing that matters. Nothing of it throws. */
export interface Slack {
  /** @returns the message's id, `<channel>:<time>`, to be given as `thread` */
  post(message: SlackMessage): Promise<Sent | ChannelFailure>;
  /** Looks for a message of ours by its mark, among those since a time. */
  find(mark: SlackMark, thread: string | null, since: Date): Promise<Found | ChannelFailure>;
}

const eventType = 'tributary_alert';
/** Our clock and that of Slack may differ by so much. */
const clockMs = 300_000;
const pages = 20;
const isId = (channel: string): boolean => /^[CGD][A-Z0-9]{6,}$/.test(channel);
const withoutBlocks = new Set(['invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long']);
const withoutThread = new Set(['thread_not_found', 'message_not_found', 'cannot_reply_to_message']);

/** Makes a channel of Slack. A single call is never repeated here: whoever calls waits and asks again. */
export function createSlack(options: SlackOptions): Slack {
  const { token, channel, apiUrl, egress, timeoutMs = 10_000 } = options;
  const web = new WebClient(token, {
    ...{ retryConfig: { retries: 0 }, timeout: timeoutMs, rejectRateLimitedCalls: true },
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl.replace(/\/*$/, '/') }),
    ...{ fetch: egress.fetch as never, allowAbsoluteUrls: false, logLevel: LogLevel.ERROR },
  });
  let channelId = isId(channel) ? channel : undefined;

  async function tried<T>(call: () => Promise<T>): Promise<T | ChannelFailure> {
    try {
      return await call();
    } catch (error) {
      return slackFailure(error, channel);
    }
  }

  async function send({ text, blocks, thread, mark }: SlackMessage): Promise<Sent> {
    const [to, ts] = placeOf(thread);
    const answer = await web.apiCall('chat.postMessage', {
      ...{ channel: to ?? channel, text, unfurl_links: false, unfurl_media: false },
      ...(blocks === undefined ? {} : { blocks }),
      ...(ts === undefined ? {} : { thread_ts: ts }),
      ...(mark === undefined ? {} : { metadata: { event_type: eventType, event_payload: mark } }),
    });
    const { channel: id = '', ts: at = '' } = answer as { readonly channel?: string; readonly ts?: string };
    if (to === undefined) channelId = id;
    return { outcome: 'sent', id: `${id}:${at}` };
  }

  /** The API that lists messages wants the id of the channel; only a post says it otherwise. */
  async function idOfChannel(): Promise<string> {
    let cursor = '';
    const name = channel.replace(/^#/, '');
    for (let page = 0; channelId === undefined && page < pages; page++) {
      const types = 'public_channel,private_channel';
      const ask = { types, limit: 1_000, exclude_archived: true, ...(cursor === '' ? {} : { cursor }) };
      const answer = await web.conversations.list(ask);
      channelId = answer.channels?.find((one) => one.name === name)?.id;
      cursor = answer.response_metadata?.next_cursor ?? '';
      if (cursor === '') break;
    }
    return channelId ?? channel;
  }

  async function look(mark: SlackMark, thread: string | null, since: Date): Promise<Found> {
    const [of, ts] = placeOf(thread);
    const id = of ?? (await idOfChannel());
    const oldest = String((since.getTime() - clockMs) / 1_000);
    let cursor = '';
    for (let page = 0; page < pages; page++) {
      const ask = {
        ...{ channel: id, oldest, limit: 200, include_all_metadata: true },
        ...(cursor === '' ? {} : { cursor }),
      };
      const answer =
        ts === undefined
          ? await web.conversations.history(ask)
          : await web.conversations.replies({ ...ask, ts });
      const found = (answer.messages as readonly Told[] | undefined)?.find(
        ({ metadata }) => metadata?.event_type === eventType && isSame(mark, metadata.event_payload ?? {}),
      );
      if (found?.ts !== undefined) return { outcome: 'found', id: `${id}:${found.ts}` };
      cursor = answer.response_metadata?.next_cursor ?? '';
      if (cursor === '') break;
    }
    return { outcome: 'absent' };
  }

  return {
    post: (message) =>
      tried(async () => {
        try {
          return await send(message);
        } catch (error) {
          // A message that is shown plainly, or beside its thread, is better than none.
          const code = slackCodeOf(error) ?? '';
          const { blocks, thread, ...plain } = message;
          if (blocks !== undefined && withoutBlocks.has(code))
            return await send({ ...plain, thread: thread ?? null });
          if (thread != null && withoutThread.has(code)) return await send({ ...message, thread: null });
          throw error;
        }
      }),
    find: (mark, thread, since) => tried(() => look(mark, thread, since)),
  };
}

interface Told {
  readonly ts?: string;
  readonly metadata?: {
    readonly event_type?: string;
    readonly event_payload?: Readonly<Record<string, unknown>>;
  };
}

const isSame = (mark: SlackMark, found: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(mark).every(([name, value]) => found[name] === value);

/** Channel and time of a message's id. */
function placeOf(id: string | null | undefined): readonly [channel?: string, time?: string] {
  const at = id?.lastIndexOf(':') ?? -1;
  return id == null || at < 0 ? [] : [id.slice(0, at), id.slice(at + 1)];
}
