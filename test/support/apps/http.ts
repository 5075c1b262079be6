import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer of a stand-in: a status, headers and a body that is written as JSON. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a stand-in was asked. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export const redirect = (location: URL): Answer => ({ status: 302, headers: { location: location.href } });

/** A form or a JSON object of texts, as a request's content type says. */
export function fieldsOf({ headers, body }: Asked): Record<string, string> {
  if (headers['content-type']?.startsWith('application/json')) return JSON.parse(body || '{}');
  return Object.fromEntries(new URLSearchParams(body));
}

/** The user name and password of a Basic header; undefined when it is none. */
export function basicOf({ headers }: Asked): { readonly name: string; readonly secret: string } | undefined {
  const match = /^Basic (.+)$/.exec(headers.authorization ?? '');
  if (!match) return undefined;
  const [name = '', ...secret] = Buffer.from(match[1] ?? '', 'base64')
    .toString()
    .split(':');
  return { name: decodeURIComponent(name), secret: decodeURIComponent(secret.join(':')) };
}

/** A server on this machine that answers every request by one function. */
export async function serveAnswers(
  answer: (asked: Asked) => Answer,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const body = Buffer.concat(parts).toString();
    const said = answer({ method: request.method ?? 'GET', url, headers: request.headers, body });
    response.writeHead(said.status, { 'content-type': 'application/json', ...said.headers });
    response.end(said.body === undefined ? undefined : JSON.stringify(said.body));
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What came back for a webhook. */
export interface Delivered {
  readonly status: number;
  readonly body: string;
}

/** Posts a webhook as an app does: a raw body with its headers. */
export async function post(
  address: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<Delivered> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, body: await response.text() };
}
