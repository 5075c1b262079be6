import { Client, Connection } from '@temporalio/client';
import { createPayloadCodecs } from '../platform/codec.ts';
import type { NamedKey } from '../platform/settings.ts';

export { createSessionsPort, type SessionsOptions } from './sessions.ts';
export type { SessionsPort } from './sessions-port.ts';
export { createSyncsPort, type SyncsOptions } from './syncs.ts';
export type { SyncsPort } from './syncs-port.ts';

/** Where the engine is. */
export interface EngineOptions {
  /** host:port */
  readonly address: string;
  readonly namespace: string;
  /** For Temporal payloads; the first seals. None: the codec is off. */
  readonly codecKeys?: readonly NamedKey[];
}

/**
 * Makes a client of the engine. It connects with its first call, so that the API can start, and say what is missing,
 * while the engine is down. Close it with `client.connection.close()`.
 */
export function connectEngine({ address, namespace, codecKeys = [] }: EngineOptions): Client {
  return new Client({
    connection: Connection.lazy({ address }),
    namespace,
    dataConverter: { payloadCodecs: createPayloadCodecs(codecKeys) },
  });
}
