import { type LookupAddress, type LookupOptions, lookup as lookupName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, fetch as undiciFetch } from 'undici';
import { TributaryError } from '../domain/errors.ts';
import { bare, classOf, parseAllowed } from './egress/addresses.ts';
import { boundedBody } from './egress/body.ts';
import { type Hop, nextHop, redirectOf } from './egress/redirect.ts';

/** Asks addresses that users can set, and refuses those that lead where nobody should be led. */
export interface Egress {
  /**
   * Like the global `fetch`, guarded: http and https only; the name is resolved once and that address is asked; private,
   * loopback, link-local and metadata addresses are refused unless a setting allows them. At most 5 redirects are
   * followed, each checked again; to another origin neither credentials nor a body go along. Time and size are bounded.
   * Fails with TributaryError ADDRESS_REFUSED, SOURCE_TOO_LARGE, INVALID_CREDENTIALS for what cannot stand in a header,
   * or as the global one does.
   */
  readonly fetch: typeof fetch;
  /**
   * Refuses at once what can be told without asking: another scheme, user names in it, an IP address that is refused.
   * @throws {TributaryError} ADDRESS_REFUSED
   */
  readonly check: (address: string) => void;
  /**
   * For what is no HTTP: refuses a host by its name or IP address, without asking. Give `lookup` to the connection too.
   * @throws {TributaryError} ADDRESS_REFUSED
   */
  readonly checkHost: (host: string) => void;
  /** In place of the resolver of `net.connect`: only addresses that may be asked come back, else ADDRESS_REFUSED. */
  readonly lookup: LookupFunction;
  /** Ends all connections; what still runs fails. */
  readonly close: () => Promise<void>;
}

/** Resolves a name to all its addresses, as `lookup` of node:dns does. */
export type Lookup = (
  name: string,
  options: LookupOptions & { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface EgressOptions {
  /** Host names, IP addresses and ranges (CIDR) that may be asked although they are private. */
  readonly allow?: readonly string[];
  /** Bytes of an answer at most, unpacked. @default 67_108_864 */
  readonly maxBytes?: number;
  /** The connection must stand by then. @default 10_000 */
  readonly connectTimeoutMs?: number;
  /** The answer must begin by then. @default 60_000 */
  readonly headersTimeoutMs?: number;
  /** A body that gives nothing for so long is cut. @default 60_000 */
  readonly bodyTimeoutMs?: number;
  /** @default that of node:dns */
  readonly lookup?: Lookup;
}

const maxRedirects = 5;

/** Makes the guard. @throws {TributaryError} SETTINGS_INVALID when an entry of `allow` is none of those */
export function createEgress(options: EgressOptions = {}): Egress {
  const { maxBytes = 64 * 1024 * 1024, lookup = lookupName } = options;
  const allowed = parseAllowed(options.allow ?? []);

  const refuse = (what: string, kind: string): TributaryError =>
    new TributaryError(
      'ADDRESS_REFUSED',
      `${what} is not asked: it is a ${kind} address. If that is right, name it in TRIBUTARY_EGRESS_ALLOW.`,
      { class: kind },
    );

  /** Used by every connection in place of the resolver: only what was checked here is connected to. */
  const guardedLookup = (
    name: string,
    lookupOptions: LookupOptions,
    done: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
  ): void =>
    lookup(name, { ...lookupOptions, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined)
        return done(error ?? new Error(`${name} has no address.`), []);
      if (!allowed.names.has(bare(name)))
        for (const { address } of addresses) {
          const kind = allowed.has(address) ? undefined : classOf(address);
          // Which address it is would tell a stranger how our network looks inside.
          if (kind !== undefined) return done(refuse(name, kind), []);
        }
      if (lookupOptions.all) done(null, addresses);
      else done(null, first.address, first.family);
    });

  const agent = new Agent({
    connect: { timeout: options.connectTimeoutMs ?? 10_000, lookup: guardedLookup as never },
    headersTimeout: options.headersTimeoutMs ?? 60_000,
    bodyTimeout: options.bodyTimeoutMs ?? 60_000,
  });

  /** What can be told from the address alone. The URL parser has made one form of all spellings of an IP address. */
  const checked = (url: URL): void => {
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new TributaryError('ADDRESS_REFUSED', 'The address is not an http or https address.');
    if (url.username !== '' || url.password !== '')
      throw new TributaryError('ADDRESS_REFUSED', `The address of ${url.host} has a user name in it.`);
    checkHost(url.hostname);
  };

  const checkHost = (name: string): void => {
    const host = bare(name);
    if (allowed.names.has(host)) return;
    const local = host === 'localhost' || host.endsWith('.localhost');
    if (local && !allowed.has('127.0.0.1') && !allowed.has('::1')) throw refuse(host, 'loopback');
    if (isIP(host) === 0 || allowed.has(host)) return;
    const kind = classOf(host);
    if (kind !== undefined) throw refuse(host, kind);
  };

  const ask = async ({ url, init }: Hop): Promise<Response> => {
    checked(url);
    try {
      const request = { ...init, redirect: 'manual', dispatcher: agent };
      return (await undiciFetch(url, request as never)) as unknown as Response;
    } catch (error) {
      if (error instanceof Error && error.cause instanceof TributaryError) throw error.cause;
      // What it says has the whole value in it, which may be a secret, and logs tell causes too.
      if (error instanceof TypeError && /invalid header|ByteString/.test(error.message))
        throw new TributaryError(
          'INVALID_CREDENTIALS',
          `What was to be sent to ${url.host} has characters that a header cannot have.`,
        );
      throw error;
    }
  };

  const guardedFetch = async (input: string | URL | Request, given: RequestInit = {}): Promise<Response> => {
    let hop = hopOf(input, given);
    const { redirect = 'follow' } = hop.init;
    for (let hops = 0; ; hops++) {
      const response = await ask(hop);
      const location = redirect === 'manual' ? undefined : redirectOf(response);
      if (location === undefined)
        return boundedBody(response, { url: hop.url, maxBytes, redirected: hops > 0 });
      await response.body?.cancel();
      if (redirect === 'error')
        throw new TypeError('fetch failed', { cause: new Error('unexpected redirect') });
      if (hops === maxRedirects)
        throw new TributaryError(
          'ADDRESS_REFUSED',
          `${hop.url.host} redirects more than ${maxRedirects} times.`,
        );
      hop = nextHop(hop, response.status, location);
    }
  };

  return {
    fetch: guardedFetch as typeof fetch,
    check: (address) => {
      if (!URL.canParse(address)) throw new TributaryError('ADDRESS_REFUSED', 'That is not an address.');
      checked(new URL(address));
    },
    checkHost,
    lookup: guardedLookup,
    close: () => agent.destroy(),
  };
}

function hopOf(input: string | URL | Request, init: RequestInit): Hop {
  if (typeof input === 'string' || input instanceof URL) return { url: new URL(input), init };
  const { url, method, headers, body, signal, redirect } = input;
  const streamed = body === null ? {} : { body, duplex: 'half' as const };
  return {
    url: new URL(url),
    init: { method, headers: [...headers], signal, redirect, ...streamed, ...init },
  };
}
