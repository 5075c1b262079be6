import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';
import type { ChannelFailure } from './channel.ts';

const token = 'Set TRIBUTARY_SLACK_TOKEN to the bot token of the app (xoxb-...) and restart the API.';
const invite = (channel: string) => `Invite the app there: /invite in ${channel}.`;

/** What a person does about an error of Slack that no waiting mends. */
const todo: Readonly<Record<string, (channel: string) => string>> = {
  channel_not_found: (channel) =>
    `there is no channel ${channel} that the app can see. Check TRIBUTARY_SLACK_CHANNEL; a private channel has to invite the app.`,
  not_in_channel: (channel) => `the app is not a member of ${channel}. ${invite(channel)}`,
  is_archived: (channel) =>
    `the channel ${channel} is archived. Name another one in TRIBUTARY_SLACK_CHANNEL.`,
  restricted_action: (channel) =>
    `the workspace does not let the app write to ${channel}. Ask an administrator of Slack.`,
  invalid_auth: () => `the token is not valid. ${token}`,
  not_authed: () => `no token was sent. ${token}`,
  token_revoked: () => `the token was revoked. Install the app again. ${token}`,
  token_expired: () => `the token has ended. Install the app again. ${token}`,
  account_inactive: () => `the app was removed from the workspace. Install it again. ${token}`,
  missing_scope: () =>
    'the app lacks a permission. It needs chat:write, channels:read and channels:history (groups:read and groups:history for a private channel); install it again after adding them.',
};

/** Errors of one message; the next one may be well. */
const ofMessage: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
  'invalid_metadata_format',
  'invalid_metadata_schema',
  'metadata_too_large',
  'thread_not_found',
  'message_not_found',
  'cannot_reply_to_message',
]);

const transient: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]);

/** An answer that names no wait. */
const unnamedWaitMs = 30_000;
const longestWaitMs = 3_600_000;

const wait = (seconds: number): ChannelFailure => {
  const ms = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : unnamedWaitMs;
  const waitMs = Math.min(ms, longestWaitMs);
  return { outcome: 'wait', waitMs, text: `Slack asks to wait ${Math.ceil(waitMs / 1_000)} s.` };
};

/** Slack's own word for an error, such as `channel_not_found`; undefined where the call did not get that far. */
export const slackCodeOf = (error: unknown): string | undefined =>
  error instanceof WebAPIPlatformError ? error.data.error : undefined;

/** What an error of a call means for the message that was to be sent. */
export function slackFailure(error: unknown, channel: string): ChannelFailure {
  if (error instanceof WebAPIRateLimitedError) return wait(error.retryAfter);
  const code = slackCodeOf(error);
  if (code === 'ratelimited' || code === 'rate_limited') return wait(0);
  if (code !== undefined && transient.has(code))
    return { outcome: 'unsure', text: `Slack has a disturbance (${code}). It is tried again.` };
  if (code !== undefined) {
    const words = todo[code]?.(channel) ?? 'see https://docs.slack.dev/reference/methods/chat.postMessage';
    const of = ofMessage.has(code) ? 'message' : 'channel';
    return { outcome: 'refused', of, text: `Slack refused it (${code}): ${words}` };
  }
  if (error instanceof WebAPIHTTPError)
    return { outcome: 'unsure', text: `Slack answered with ${error.statusCode}. It is tried again.` };
  const original = error instanceof WebAPIRequestError ? error.original : error;
  const { name, code: kind, message } = original as Error & { readonly code?: string };
  if (kind === 'ADDRESS_REFUSED') return { outcome: 'refused', of: 'channel', text: message };
  if (message?.startsWith('Retry header')) return wait(0);
  const why = name === 'TimeoutError' ? 'it did not answer in time' : causeOf(original);
  return { outcome: 'unsure', text: `Slack cannot be reached: ${why}. It is tried again.` };
}

function causeOf(error: unknown): string {
  const { cause, message } = (error ?? {}) as Error & { readonly cause?: NodeJS.ErrnoException };
  return cause?.code ?? cause?.message ?? message ?? 'no reason is known';
}
