import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  blocksFault,
  failed,
  type SlackAnswer,
  type SlackChannelDoc,
  type SlackMessageDoc,
} from './model.ts';

export type { SlackMessageDoc } from './model.ts';

/** What the stand-in does with a call: as Slack does, answers 503, cuts the line before, or only after it did it. */
export type SlackMood = 'well' | 'disturbed' | 'severed' | 'lost';

/** A small Slack with the documented behaviour of what alerts need of it. */
export interface SlackStandIn {
  /** In place of https://slack.com/api/ */
  readonly apiUrl: string;
  readonly token: string;
  readonly signingSecret: string;
  mood: SlackMood;
  /** Every token is refused with this, such as `token_revoked`. */
  authError: string | null;
  /** Every list of messages is refused with this, such as `missing_scope` or `ratelimited`. */
  listError: string | null;
  /** Between two messages of a channel; earlier ones get 429. */
  intervalMs: number;
  /** In seconds, as `Retry-After` says it. */
  retryAfter: number;
  /** Called when a message was taken and before it is answered. */
  onPosted: () => Promise<void> | void;
  /** Calls of a method so far. */
  calls(method: string): number;
  channel(name: string): SlackChannelDoc;
  addChannel(name: string, options?: { readonly isMember?: boolean; readonly isArchived?: boolean }): void;
  /** What was said in answer to clicks. */
  readonly responses: Readonly<Record<string, unknown>>[];
  /** Body and headers of a click on a button of a message, as Slack signs it. */
  click(message: SlackMessageDoc, action: string, options?: ClickOptions): SignedClick;
  stop(): Promise<void>;
}

export interface ClickOptions {
  readonly user?: string;
  readonly at?: Date;
  readonly secret?: string;
}

export interface SignedClick {
  readonly payload: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Call {
  readonly method: string;
  readonly form: URLSearchParams;
}

export async function startSlack(): Promise<SlackStandIn> {
  const channels = new Map<string, SlackChannelDoc>();
  const counts = new Map<string, number>();
  let stamp = 0;

  const byRef = (ref: string | null, alsoName: boolean): SlackChannelDoc | undefined =>
    [...channels.values()].find(({ id, name }) => id === ref || (alsoName && `#${name}` === ref));

  function post({ form }: Call): SlackAnswer {
    const channel = byRef(form.get('channel'), true);
    if (channel === undefined) return failed('channel_not_found');
    if (!channel.isMember) return failed('not_in_channel');
    if (channel.isArchived) return failed('is_archived');
    const now = Date.now();
    if (now - channel.lastAt < slack.intervalMs)
      return {
        status: 429,
        headers: { 'retry-after': String(slack.retryAfter) },
        body: { ok: false, error: 'ratelimited' },
      };
    const blocks = JSON.parse(form.get('blocks') ?? '[]') as SlackMessageDoc['blocks'];
    const fault = blocksFault(blocks);
    if (fault !== null) return failed(fault);
    const text = form.get('text') ?? '';
    if (text === '' && blocks.length === 0) return failed('no_text');
    const threadTs = form.get('thread_ts');
    if (threadTs !== null && !channel.messages.some(({ ts }) => ts === threadTs))
      return failed('thread_not_found');
    channel.lastAt = now;
    stamp += 1;
    const ts = `${(now / 1_000).toFixed(0)}.${String(stamp).padStart(6, '0')}`;
    const metadata = JSON.parse(form.get('metadata') ?? 'null') as SlackMessageDoc['metadata'];
    channel.messages.push({ ts, threadTs, text, blocks, metadata });
    return { body: { ok: true, channel: channel.id, ts } };
  }

  function update({ form }: Call): SlackAnswer {
    const message = byRef(form.get('channel'), false)?.messages.find(({ ts }) => ts === form.get('ts'));
    if (message === undefined) return failed('message_not_found');
    message.text = form.get('text') ?? message.text;
    message.blocks = JSON.parse(form.get('blocks') ?? '[]') as SlackMessageDoc['blocks'];
    return { body: { ok: true, ts: message.ts } };
  }

  /** Lists want the id of a channel; newest first, but a thread begins with its first message. */
  function list({ method, form }: Call): SlackAnswer {
    if (slack.listError !== null) return failed(slack.listError);
    const channel = byRef(form.get('channel'), false);
    if (channel === undefined) return failed('channel_not_found');
    const thread = form.get('ts');
    const isReplies = method === 'conversations.replies';
    if (isReplies && !channel.messages.some(({ ts }) => ts === thread)) return failed('thread_not_found');
    const oldest = Number(form.get('oldest') ?? 0);
    const meant = channel.messages.filter(
      ({ ts, threadTs }) =>
        Number(ts) >= oldest && (isReplies ? ts === thread || threadTs === thread : threadTs === null),
    );
    const from = Number(form.get('cursor') ?? 0);
    const limit = Math.min(Number(form.get('limit') ?? 100), 5);
    const page = (isReplies ? meant : meant.toReversed()).slice(from, from + limit);
    const next = from + limit < meant.length ? String(from + limit) : '';
    const shown = page.map(({ ts, text, metadata }) => ({
      ...{ type: 'message', ts, text },
      ...(form.get('include_all_metadata') === 'true' && metadata !== null ? { metadata } : {}),
    }));
    return {
      body: { ok: true, messages: shown, has_more: next !== '', response_metadata: { next_cursor: next } },
    };
  }

  const methods: Readonly<Record<string, (call: Call) => SlackAnswer>> = {
    'chat.postMessage': post,
    'chat.update': update,
    'conversations.history': list,
    'conversations.replies': list,
    'conversations.list': () => ({
      body: { ok: true, channels: [...channels.values()].map(({ id, name }) => ({ id, name })) },
    }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    const method = (request.url ?? '').replace(/^\/(api\/)?/, '');
    if (method === 'response') {
      slack.responses.push(JSON.parse(body) as Readonly<Record<string, unknown>>);
      response.end('ok');
      return;
    }
    counts.set(method, (counts.get(method) ?? 0) + 1);
    if (slack.mood === 'severed') return void request.socket.destroy();
    if (slack.mood === 'disturbed') return void response.writeHead(503).end('upstream');
    const form = new URLSearchParams(body);
    const known = request.headers.authorization === `Bearer ${slack.token}`;
    const refused = slack.authError ?? (known ? null : 'invalid_auth');
    const done =
      refused === null ? (methods[method]?.({ method, form }) ?? failed('unknown_method')) : failed(refused);
    if (method === 'chat.postMessage' && done.body.ok === true) await slack.onPosted();
    if (slack.mood === 'lost') return void request.socket.destroy();
    response
      .writeHead(done.status ?? 200, { 'content-type': 'application/json', ...done.headers })
      .end(JSON.stringify(done.body));
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const slack: SlackStandIn = {
    ...{
      apiUrl: `${origin}/api/`,
      token: 'xoxb-stand-in',
      signingSecret: '8f742231b10e8888abcd99yyyzzz85a5',
    },
    ...{
      mood: 'well',
      authError: null,
      listError: null,
      intervalMs: 1_000,
      retryAfter: 1,
      onPosted: () => undefined,
    },
    responses: [],
    calls: (method) => counts.get(method) ?? 0,
    channel(name) {
      const channel = byRef(`#${name}`, true);
      if (channel === undefined) throw new Error(`There is no channel ${name}.`);
      return channel;
    },
    addChannel(name, { isMember = true, isArchived = false } = {}) {
      const id = `C0000000${channels.size}`;
      channels.set(name, { id, name, messages: [], lastAt: 0, isMember, isArchived });
    },
    click(message, action, { user = 'U0ANN', at = new Date(), secret = slack.signingSecret } = {}) {
      const payload = JSON.stringify({
        ...{ type: 'block_actions', user: { id: user }, response_url: `${origin}/response` },
        actions: [{ action_id: action, value: buttonValue(message, action) }],
      });
      const body = new URLSearchParams({ payload }).toString();
      const timestamp = String(Math.floor(at.getTime() / 1_000));
      const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${signature}`,
      };
      return { payload: body, headers };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  slack.addChannel('airtable');
  return slack;
}

/** What a button of a message carries. */
function buttonValue({ blocks }: SlackMessageDoc, action: string): string {
  const buttons = blocks.flatMap(
    ({ elements }) => (elements ?? []) as readonly { readonly action_id?: string; readonly value?: string }[],
  );
  const button = buttons.find(({ action_id }) => action_id === action);
  if (button?.value === undefined) throw new Error(`There is no button ${action}.`);
  return button.value;
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
