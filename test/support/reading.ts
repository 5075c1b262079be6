import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { createRestSource, type RestSourceOptions } from '../../connectors/rest/source.ts';
import type { Credentials, ReadRequest, SourcePage } from '../../connectors/source.ts';
import type { JsonValue } from '../../domain/json.ts';
import { pagedCredentials, pagedDefinition } from './paged-definition.ts';

const definition = pagedDefinition();
/** The header value that the paged app takes. */
export const right = `Bearer ${pagedCredentials.bearer.token}`;
export const fixed = (value: string): Credentials => ({ authorization: async () => value });

export interface Reading extends Partial<ReadRequest> {
  readonly options?: Partial<RestSourceOptions>;
  readonly definition?: ConnectorDefinition;
}

/** Reads to the end and gives every page. */
export async function readAll(baseUrl: string, { options, ...reading }: Reading = {}): Promise<SourcePage[]> {
  const source = createRestSource(reading.definition ?? definition, {
    app: { baseUrl },
    credentials: fixed(right),
    ...options,
  });
  const pages: SourcePage[] = [];
  const signal = reading.signal ?? new AbortController().signal;
  for await (const page of source.read({ resource: 'orders', ...reading, signal })) pages.push(page);
  return pages;
}

export const rowsOf = (pages: readonly SourcePage[]) => pages.flatMap((page) => page.rows);

/** A server that answers each request by one function. */
export async function serve(listener: RequestListener): Promise<{ url: string; stop: () => void }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  after(stop);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}

export const json =
  (body: JsonValue): RequestListener =>
  (_request, response) =>
    void response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
