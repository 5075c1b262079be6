import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TributaryError } from '../../domain/errors.ts';
import type { OutboundPayload } from '../../domain/outbound.ts';
import { verifyEvent } from '../verify-event.ts';
import { UsageError } from './exit.ts';

const mostBytes = 1_000_000;

/** A receiver of events for trying out. */
export interface EventListener {
  readonly url: string;
  /** What verifies, from then on; before it nothing is taken. */
  secret: string;
  stop(): Promise<void>;
}

/**
 * Listens on this machine. The same event again is answered, and told once.
 * @param onEvent Told of every event that is verified.
 * @param onRefused Told why something was not taken.
 * @throws {UsageError} when nothing can listen there
 */
export async function startListener(
  { port, host }: { readonly port: number; readonly host: string },
  onEvent: (event: OutboundPayload) => void,
  onRefused: (why: string) => void,
): Promise<EventListener> {
  const seen = new Set<string>();
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of request) {
        bytes += (chunk as Buffer).byteLength;
        if (bytes > mostBytes) return response.writeHead(413).end();
        chunks.push(chunk as Buffer);
      }
      try {
        const event = verifyEvent(Buffer.concat(chunks), request.headers, [listener.secret]);
        response.writeHead(204).end();
        if (seen.has(event.id)) return;
        seen.add(event.id);
        onEvent(event);
      } catch (error) {
        if (!(error instanceof TributaryError)) throw error;
        response.writeHead(401).end();
        onRefused(error.message);
      }
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, host, resolve),
  ).catch(({ code, message }: NodeJS.ErrnoException) => {
    throw new UsageError(`Nothing can listen at ${host}, port ${port || 'any'}: ${whyNot(code) ?? message}.`);
  });
  const listener: EventListener = {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}/events`,
    secret: '',
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return listener;
}

function whyNot(code: string | undefined): string | null {
  if (code === 'EADDRINUSE') return 'another program listens there';
  if (code === 'EADDRNOTAVAIL') return 'it is no address of this machine';
  return code === 'EACCES' ? 'this user may not' : null;
}
