import { TributaryError } from '../domain/errors.ts';
import type { Settings } from '../platform/settings.ts';

/** Where the processes of an installation find engine and store. */
export interface Addresses {
  /** host:port */
  readonly temporal: string;
  readonly mongodb: string;
}

function required<Name extends string>(values: Readonly<Record<Name, string | undefined>>) {
  const missing = (Object.keys(values) as Name[]).filter((name) => values[name] === undefined);
  if (missing.length > 0)
    throw new TributaryError(
      'SETTINGS_INVALID',
      `${missing.join(' and ')} must be set for a process that is started alone. "tributary start" sets them by itself.`,
    );
  return values as Readonly<Record<Name, string>>;
}

const addressesOf = ({ temporal, mongodb }: Settings) => ({
  TEMPORAL_ADDRESS: temporal.address,
  MONGODB_URI: mongodb.uri,
});

/**
 * The addresses of engine and store. `tributary start` gives them to its children; a process that is started alone
 * needs them in its environment.
 * @throws {TributaryError} SETTINGS_INVALID naming the ones that are not set
 */
export function requireAddresses(settings: Settings): Addresses {
  const { TEMPORAL_ADDRESS: temporal, MONGODB_URI: mongodb } = required(addressesOf(settings));
  return { temporal, mongodb };
}

/** The same with the token of the API. @throws {TributaryError} SETTINGS_INVALID */
export function requireApiSettings(settings: Settings): Addresses & { readonly token: string } {
  const { TRIBUTARY_TOKEN: token } = required({
    ...addressesOf(settings),
    TRIBUTARY_TOKEN: settings.api.token,
  });
  return { ...requireAddresses(settings), token };
}

/** Where people and apps reach the API of this installation, without a slash at the end. */
export function publicUrl({ api }: Settings): string {
  const host = api.host === '0.0.0.0' || api.host === '::' ? '127.0.0.1' : api.host;
  return (api.publicUrl ?? `http://${host}:${api.port}`).replace(/\/+$/, '');
}
