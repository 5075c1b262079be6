import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What came to a receiver of webhooks. */
export interface ReceivedAlert {
  readonly body: string;
  readonly headers: Record<string, string>;
}

/** A receiver of alert webhooks. */
export interface AlertReceiver {
  readonly url: string;
  readonly requests: ReceivedAlert[];
  /** What the next requests get: a status, or a line that is cut after they were read; then 204. */
  answers: (number | 'cut')[];
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<AlertReceiver> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = request.headers as Record<string, string>;
    receiver.requests.push({ body: Buffer.concat(chunks).toString('utf8'), headers });
    const answer = receiver.answers.shift() ?? 204;
    if (answer === 'cut') request.socket.destroy();
    else response.writeHead(answer).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: AlertReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`,
    requests: [],
    answers: [],
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
