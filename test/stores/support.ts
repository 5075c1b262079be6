import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import type { StatusStep } from '../../domain/contracts.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ConnectionDoc, RecordDoc } from '../../stores/model.ts';
import { openStores, type Stores } from '../../stores/open.ts';

/** The store that the suite was given. */
export function storeUri(): string {
  const uri = process.env.TEST_MONGODB_URI;
  if (uri === undefined)
    throw new Error('TEST_MONGODB_URI is not set. Run "npm test" or "npm run test:store -- --uri ...".');
  return uri;
}

export const newDatabase = (): string => `test_stores_${randomBytes(5).toString('hex')}`;

/** Opens a database of its own; it is dropped after the file's tests. */
export async function openTestStores(): Promise<Stores> {
  const stores = await openStores({ uri: storeUri(), database: newDatabase() });
  after(async () => {
    await stores.db.dropDatabase();
    await stores.close();
  });
  return stores;
}

export const person = { kind: 'person', id: 'ada' } as const;
export const at = new Date('2026-01-01T00:00:00.000Z');
export const sealed = (text: string) => ({ keyId: 'k1', data: text });

let made = 0;
/** An id that no other test of this file has. */
export const newId = (prefix = 'c'): string => `${prefix}-${++made}`;

export const connectionDoc = (id: string, more: Partial<ConnectionDoc> = {}): ConnectionDoc => ({
  _id: id,
  company: 'acme',
  app: 'shop',
  generation: 1,
  status: 'CONFIGURING',
  configurationStatus: 'CONFIGURED',
  ownCode: null,
  ownCodeSince: null,
  authorized: false,
  account: null,
  pool: 'main',
  sink: id,
  timeZone: 'Etc/UTC',
  deduplication: false,
  driftPolicy: 'propagate',
  parameters: {},
  webhookSecrets: [],
  resources: [{ id: 'orders', enabled: true }],
  unattended: false,
  latestSession: 0,
  sealedSession: 0,
  seq: 0,
  createdAt: at,
  updatedAt: at,
  ...more,
});

/** A connection with one session in Loading, at seq 1. */
export async function loadingSession(stores: Stores, connectionId = newId()) {
  const connection = await stores.connections.create(connectionDoc(connectionId));
  const session = await allocate(stores, connection, `run-${connectionId}`);
  await stores.sessions.writeStatus(write(session._id, [load]));
  return { connection, sessionId: session._id };
}

export const allocate = (stores: Stores, connection: ConnectionDoc, runId: string) =>
  stores.sessions.allocate({ connection, runId, openedBy: person, scope: {}, resources: ['orders'], at });

export const load: StatusStep = step(1, null, 2, 'load', 'LOADING');

export function step(
  seq: number,
  from: StatusStep['from'],
  to: StatusStep['to'],
  event: StatusStep['event'],
  reason: string,
): StatusStep {
  const time = new Date(at.getTime() + seq * 1000).toISOString();
  return { seq, from, to, event, reason: reason as StatusStep['reason'], by: person, at: time };
}

export const write = (sessionId: string, steps: readonly StatusStep[]) => ({
  sessionId,
  steps,
  detail: null,
  failedResources: [],
  until: null,
});

export const record = (key: string, data: JsonObject, fingerprint = key): RecordDoc => ({
  _id: key,
  data,
  fingerprint,
  cursor: null,
  createdIn: 'c.1',
  changedIn: 'c.1',
  countedAt: [0, 0],
  source: ['c.1/orders/0', 0],
  versions: [],
  updatedAt: at,
});

/** What settled calls gave: values, and codes of errors. */
export async function outcomes<T>(calls: readonly Promise<T>[]): Promise<{ values: T[]; errors: unknown[] }> {
  const settled = await Promise.allSettled(calls);
  return {
    values: settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    errors: settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])),
  };
}

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
