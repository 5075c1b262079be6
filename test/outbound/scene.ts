import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { secretContext } from '../../activities/secret-context.ts';
import { createOutboundSender, type OutboundSenderOptions } from '../../client/outbound/sender.ts';
import type { StatusStep } from '../../domain/contracts.ts';
import { type OutboundPayload, type OutboundType, outboundTypes } from '../../domain/outbound.ts';
import { createSecretBox } from '../../platform/crypto.ts';
import type { SubscriptionDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { connectionDoc } from '../stores/support.ts';
import { localEgress } from '../support/egress.ts';

export const quiet = pino({ level: 'silent' });
export const key = Buffer.alloc(32, 7);
export const secrets = createSecretBox([{ id: 'test', key }]);

/** What came to a receiver. */
export interface Arrived {
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  readonly event: OutboundPayload;
}

/** A receiver of events. */
export interface Receiver {
  readonly url: string;
  readonly arrived: Arrived[];
  /** What the next requests get, then 204: a status, nothing at all, or what a function does. */
  answers: (number | 'hang' | ((response: ServerResponse) => void))[];
  /** Told of each request before it is answered. */
  onArrived: (one: Arrived) => void;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const one = { body, headers: request.headers, event: JSON.parse(body) as OutboundPayload };
    receiver.arrived.push(one);
    receiver.onArrived(one);
    const answer = receiver.answers.shift() ?? 204;
    if (typeof answer === 'function') answer(response);
    else if (answer !== 'hang') response.writeHead(answer).end(answer === 204 ? '' : `answer ${answer}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    arrived: [],
    answers: [],
    onArrived: () => undefined,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** A subscription to everything from now on. */
export function subscribe(
  stores: Stores,
  { id, url, secret, ...more }: Partial<SubscriptionDoc> & { id: string; url: string; secret: string },
): Promise<SubscriptionDoc> {
  const at = new Date(Date.now() - 1_000);
  const sealed = secrets.seal(secret, secretContext.subscription(id, 's1'));
  return stores.subscriptions.create({
    ...{ _id: id, url, events: outboundTypes, companies: null, apps: null, connections: null, note: null },
    secrets: [{ id: 's1', secret: sealed, createdAt: at, expiresAt: null }],
    ...{ enabled: true, disabledReason: null, disabledAt: null, failingSince: null, since: at, wakes: 0 },
    ...{ createdBy: { kind: 'person', id: 'ada' }, createdAt: at, seq: 0, updatedAt: at },
    ...more,
  });
}

/** A sender; a second is a few milliseconds here. */
export const senderOf = (stores: Stores, more: Partial<OutboundSenderOptions> = {}) =>
  createOutboundSender({
    ...{ stores, secrets, egress: localEgress, log: quiet, leaseMs: 2_000, timeoutMs: 300, scale: 0.0001 },
    address: (path) => `http://tributary.example${path}`,
    ...more,
  });

const person = { kind: 'person', id: 'ada' } as const;
const way = [
  ['load', 2, 'LOADING'],
  ['loaded', 12, 'LOADED'],
  ['structure', 13, 'STRUCTURING'],
  ['structured', 15, 'STRUCTURED'],
  ['process', 16, 'PROCESSING'],
  ['processed', 18, 'PROCESSED'],
  ['sync', 19, 'SYNCED'],
] as const;

/** The events of a session that goes well. */
export const wellTypes: readonly OutboundType[] = [
  'RawData',
  'NormalizedData',
  'ReadyToUseData',
  'ReadyToUseData',
];

export const connect = (stores: Stores, id: string, more = {}) =>
  stores.connections.create(connectionDoc(id, { status: 'STARTED', authorized: true, ...more }));

/** Opens a session of a connection. @returns its id */
export async function openSession(stores: Stores, connectionId: string): Promise<string> {
  const connection = await stores.connections.get(connectionId);
  if (connection === null) throw new Error(`There is no ${connectionId}.`);
  const runId = randomBytes(6).toString('hex');
  const start = { connection, runId, openedBy: person, scope: {}, resources: ['orders'], at: new Date() };
  return (await stores.sessions.allocate(start))._id;
}

/** Moves a session on, as the workflow does. */
export async function move(
  stores: Stores,
  sessionId: string,
  event: StatusStep['event'],
  to: StatusStep['to'],
  reason: string,
): Promise<void> {
  const session = await stores.sessions.get(sessionId);
  const step = {
    ...{ seq: (session?.seq ?? 0) + 1, from: session?.status ?? null, to, event },
    ...{ reason: reason as StatusStep['reason'], by: person, at: new Date().toISOString() },
  };
  await stores.sessions.writeStatus({
    ...{ sessionId, steps: [step], detail: null, failedResources: [], until: null },
  });
}

/** A session from its first status to 19. @returns its id */
export async function goesWell(stores: Stores, connectionId: string): Promise<string> {
  const sessionId = await openSession(stores, connectionId);
  for (const [event, to, reason] of way) await move(stores, sessionId, event, to, reason);
  await stores.sessions.close(sessionId, 'synced', new Date());
  return sessionId;
}

/** What arrived, each event once, in the order of their first arrival. */
export const firstArrivals = ({ arrived }: Receiver): OutboundPayload[] =>
  [...new Map([...arrived].reverse().map(({ event }) => [event.id, event])).values()].sort(
    (a, b) => firstOf(arrived, a.id) - firstOf(arrived, b.id),
  );

const firstOf = (arrived: readonly Arrived[], id: string): number =>
  arrived.findIndex(({ event }) => event.id === id);
