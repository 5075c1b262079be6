import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { JsonObject } from '../../../domain/json.ts';

/** An answer of a receiver. */
export interface Reply {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly syncId: string | null;
  readonly batch: string;
  readonly rows: readonly {
    readonly key: string;
    readonly action: string;
    readonly fields: JsonObject;
  }[];
}

/** A receiver as docs/destinations.md describes one: proves signatures, applies a batch once, keeps rows by path and key. */
export interface HttpReceiver {
  readonly address: string;
  readonly signingSecret: string;
  readonly requests: Received[];
  rowsOf(path: string): ReadonlyMap<string, JsonObject>;
  /** What is answered, and not applied; undefined: apply it. Asked for every new batch. */
  answer: (received: Received) => Reply | undefined;
  /** Whether answers hold results row by row; rows whose `name` is "bad" are rejected then. @default true */
  results: boolean;
  /** So many answers are lost on their way; what they belong to is applied. */
  loses: number;
  /** Answers nothing until the function is called. */
  stall(): Promise<() => Promise<void>>;
  sever(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

const json = (status: number, value: unknown): Reply => ({
  status,
  body: JSON.stringify(value),
  headers: { 'content-type': 'application/json', 'x-request-id': 'req-1' },
});

export async function startHttpReceiver(): Promise<HttpReceiver> {
  const signingSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const webhook = new Webhook(signingSecret);
  const stored = new Map<string, Map<string, JsonObject>>();
  const answered = new Map<string, Reply>();
  let cut = false;
  let awake: Promise<void> = Promise.resolve();

  function apply({ path, rows }: Received): Reply {
    const held = stored.get(path) ?? new Map<string, JsonObject>();
    stored.set(path, held);
    const bad = rows.filter(({ fields }) => fields.name === 'bad');
    if (bad.length > 0 && !receiver.results) return json(422, { error: 'a row has a bad name' });
    const results = rows.map(({ key, action, fields }) => {
      if (fields.name === 'bad')
        return { key, status: 'rejected', code: 'BAD_NAME', message: 'The name is bad.' };
      if (action === 'delete') held.delete(key);
      else held.set(key, fields);
      return { key, status: 'ok' };
    });
    return receiver.results ? json(200, { results }) : { status: 204 };
  }

  function replyTo(request: IncomingMessage, body: string): Reply {
    try {
      webhook.verify(body, request.headers as Record<string, string>);
    } catch {
      return json(401, { error: 'the signature is not right' });
    }
    const received = { path: request.url ?? '', headers: request.headers, ...JSON.parse(body) } as Received;
    receiver.requests.push(received);
    const id = String(request.headers['idempotency-key']);
    const before = answered.get(id);
    if (before !== undefined) return before;
    const reply = receiver.answer(received);
    if (reply !== undefined) return reply;
    const applied = apply(received);
    if (applied.status < 300) answered.set(id, applied);
    return applied;
  }

  async function serve(request: IncomingMessage): Promise<Reply> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    await awake;
    return replyTo(request, Buffer.concat(chunks).toString());
  }

  const server = createServer((request, response) => {
    if (cut) return void request.socket.destroy();
    serve(request).then(
      ({ status, body, headers }) => {
        if (receiver.loses-- > 0) request.socket.destroy();
        else response.writeHead(status, headers).end(body);
      },
      () => request.socket.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: HttpReceiver = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`,
    signingSecret,
    requests: [],
    rowsOf: (path) => stored.get(`/in/${path}`) ?? new Map(),
    answer: () => undefined,
    results: true,
    loses: 0,
    stall: async () => {
      let wake = () => undefined as unknown;
      awake = new Promise<void>((resolve) => {
        wake = resolve;
      });
      return async () => {
        wake();
      };
    },
    sever: async () => {
      cut = true;
      server.closeAllConnections();
      return async () => {
        cut = false;
      };
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
