import { MongoClient } from 'mongodb';
import type { TributaryError } from '../../domain/errors.ts';
import type { Egress } from '../../platform/egress.ts';
import { unlessAborted } from '../abort.ts';
import { failureOf } from './failures.ts';
import { hostsOf } from './settings.ts';

/** A client that others may use too. */
export interface HeldClient {
  readonly client: MongoClient;
  /** The last one closes the client. May be called twice. */
  release(): Promise<void>;
}

interface Shared {
  readonly connected: Promise<MongoClient>;
  users: number;
}

const byGuard = new WeakMap<Egress, Map<string, Shared>>();

/**
 * Gives the process's client of a connection string, connected.
 * @throws {TributaryError} DESTINATION_UNREACHABLE, DESTINATION_REFUSED, ADDRESS_REFUSED
 */
export async function holdClient(uri: string, egress: Egress, signal: AbortSignal): Promise<HeldClient> {
  const pool = byGuard.get(egress) ?? new Map<string, Shared>();
  byGuard.set(egress, pool);
  const shared = pool.get(uri) ?? { connected: connect(uri, egress), users: 0 };
  pool.set(uri, shared);
  shared.users += 1;
  let released = false;
  const release = async (): Promise<void> => {
    if (released) return;
    released = true;
    shared.users -= 1;
    if (shared.users > 0) return;
    if (pool.get(uri) === shared) pool.delete(uri);
    await shared.connected.then((client) => client.close()).catch(() => undefined);
  };
  try {
    return { client: await unlessAborted(shared.connected, signal), release };
  } catch (error) {
    // Nobody may get the client that did not come to be.
    if (pool.get(uri) === shared && !signal.aborted) pool.delete(uri);
    void release();
    throw failureOf(error);
  }
}

async function connect(uri: string, egress: Egress): Promise<MongoClient> {
  for (const host of hostsOf(uri)) egress.checkHost(host);
  const client = new MongoClient(uri, {
    appName: 'tributary',
    connectTimeoutMS: 10_000,
    serverSelectionTimeoutMS: 5_000,
    socketTimeoutMS: 120_000,
    maxPoolSize: 10,
    writeConcern: { w: 'majority' },
    // Every name goes through the guard, when it is resolved and not before.
    lookup: egress.lookup,
    ...givenTimes(uri),
  });
  let refusal: TributaryError | undefined;
  // A server tells the members of its set; those told as IP addresses are never resolved.
  client.on('serverOpening', ({ address }) => {
    try {
      egress.checkHost(address.replace(/:\d+$/, ''));
    } catch (error) {
      refusal = error as TributaryError;
      void client.close();
    }
  });
  try {
    return await client.connect();
  } catch (error) {
    await client.close();
    throw refusal ?? error;
  }
}

/** Options of the constructor would win over those of the string. */
function givenTimes(uri: string) {
  const given = new URLSearchParams(/\?(.*)$/.exec(uri)?.[1] ?? '');
  const names = ['connectTimeoutMS', 'serverSelectionTimeoutMS', 'socketTimeoutMS'] as const;
  const lowered = new Map([...given].map(([name, value]) => [name.toLowerCase(), Number(value)]));
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = lowered.get(name.toLowerCase());
      return value !== undefined && value > 0 ? [[name, value]] : [];
    }),
  );
}
