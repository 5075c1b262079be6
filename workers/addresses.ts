import { TributaryError } from '../domain/errors.ts';
import type { Settings } from '../platform/settings.ts';

/** Where the processes of an installation find engine and store. */
export interface Addresses {
  /** host:port */
  readonly temporal: string;
  readonly mongodb: string;
}

/**
 * The addresses of engine and store. `tributary start` gives them to its children; a process that is started alone
 * needs them in its environment.
 * @throws {TributaryError} SETTINGS_INVALID naming the ones that are not set
 */
export function requireAddresses({ temporal, mongodb }: Settings): Addresses {
  const missing = [
    ...(temporal.address === undefined ? ['TEMPORAL_ADDRESS'] : []),
    ...(mongodb.uri === undefined ? ['MONGODB_URI'] : []),
  ];
  if (temporal.address === undefined || mongodb.uri === undefined)
    throw new TributaryError(
      'SETTINGS_INVALID',
      `${missing.join(' and ')} must be set for a process that is started alone. "tributary start" sets them by itself.`,
    );
  return { temporal: temporal.address, mongodb: mongodb.uri };
}

/** Where people and apps reach the API of this installation, without a slash at the end. */
export function publicUrl({ api }: Settings): string {
  const host = api.host === '0.0.0.0' || api.host === '::' ? '127.0.0.1' : api.host;
  return (api.publicUrl ?? `http://${host}:${api.port}`).replace(/\/+$/, '');
}
