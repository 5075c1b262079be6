import { createHash } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TributaryError } from '../../domain/errors.ts';
import { redactUrl } from '../redact.ts';
import type { Exchange } from '../source.ts';
import type { Bookmark } from './bookmark.ts';
import { isPlain } from './pattern.ts';
import type { Place } from './place.ts';
import { fileRefused } from './refusal.ts';

const tellingHeaders = ['content-type', 'content-length', 'etag', 'last-modified', 'retry-after'];

/** What asks an address. */
export interface AddressOptions {
  /** The egress guard's. */
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
}

/** The address of a file below a place; what the place has in its query goes along. */
function addressOf(location: string, name: string): URL {
  const base = new URL(location);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  const path = name.split('/').map(encodeURIComponent).join('/');
  const url = new URL(base.pathname + path, base);
  url.search = base.search;
  return url;
}

function faultOf(name: string, response: Response): TributaryError {
  const { status, headers } = response;
  const said = `The address answered ${status} for ${name}.`;
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const wait = Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1_000 } : {};
  if (status === 429)
    return new TributaryError('SOURCE_RATE_LIMITED', said, { status, retryAfterMs: 60_000, ...wait });
  if (status >= 500) return new TributaryError('SOURCE_SERVER_ERROR', said, { status, ...wait });
  if (status === 404 || status === 410)
    return new TributaryError('SOURCE_RESOURCE_NOT_FOUND', said, { status });
  return new TributaryError('SOURCE_REFUSED', said, { status });
}

/** A request that got no answer; of a certificate that is not accepted it says so. */
function unreachable(host: string, error: unknown): TributaryError {
  const { code } = ((error as Error | undefined)?.cause ?? {}) as NodeJS.ErrnoException;
  const isCertificate = /CERT|^UNABLE_TO_(GET|VERIFY)/.test(code ?? '');
  const why = isCertificate ? `: its certificate is not accepted (${code})` : '';
  return new TributaryError(
    'SOURCE_UNREACHABLE',
    `${host} could not be reached${why}.`,
    {},
    { cause: error },
  );
}

/** The stamp of a version: what the server calls it, to ask by, and what is in it, to compare. */
interface Version {
  readonly etag: string | null;
  readonly modified: string | null;
  readonly sha256: string;
}

/** What a server says is kept with the bookmark, which must stay small. */
const shortOf = (said: string | null): string | null => (said !== null && said.length <= 256 ? said : null);

const writeVersion = ({ etag, modified, sha256 }: Version): string =>
  JSON.stringify([sha256, etag, modified]);

function readVersion(stamp: string | undefined): Version | null {
  try {
    const [sha256, etag, modified] = JSON.parse(stamp ?? 'null') as [string, string | null, string | null];
    return { sha256, etag, modified };
  } catch {
    return null;
  }
}

/**
 * One file at an address. It is fetched whole into a temporary folder before it is read, so that all its rows are of
 * one version; how large it may be is the egress guard's to say.
 */
export function openAddress(location: string, { fetch, signal, onExchange }: AddressOptions): Place {
  let folder: string | null = null;
  let fetched: { readonly name: string; readonly stamp: string; readonly path: string } | null = null;

  const ask = async (name: string, headers: Record<string, string>): Promise<Response> => {
    const url = addressOf(location, name);
    const at = new Date();
    const began = performance.now();
    const tell = (response: Response | null, error: string | null): void =>
      onExchange?.({
        at,
        method: 'GET',
        url: redactUrl(url, []),
        status: response?.status ?? null,
        durationMs: Math.round(performance.now() - began),
        bytes: Number(response?.headers.get('content-length') ?? Number.NaN) || null,
        headers: Object.fromEntries(
          tellingHeaders.flatMap((one) => {
            const value = response?.headers.get(one);
            return value === null || value === undefined ? [] : [[one, value.slice(0, 200)]];
          }),
        ),
        rows: null,
        page: null,
        excerpt: null,
        error,
      });
    try {
      const response = await fetch(url, { headers, signal });
      const isUnchanged = response.status === 304 && Object.keys(headers).length > 0;
      const fault = response.ok || isUnchanged ? null : faultOf(name, response);
      tell(response, fault?.code ?? null);
      if (fault === null) return response;
      await response.body?.cancel();
      throw fault;
    } catch (error) {
      if (error instanceof TributaryError || signal.aborted) throw error;
      tell(null, 'SOURCE_UNREACHABLE');
      throw unreachable(url.host, error);
    }
  };

  const save = async (name: string, response: Response): Promise<string> => {
    folder ??= await mkdtemp(join(tmpdir(), 'tributary-file-'));
    const path = join(folder, 'content');
    const hash = createHash('sha256');
    const handle = await open(path, 'w', 0o600);
    try {
      for await (const chunk of response.body ?? []) {
        hash.update(chunk);
        await handle.appendFile(chunk);
      }
    } catch (error) {
      if (error instanceof TributaryError || signal.aborted) throw error;
      throw new TributaryError(
        'SOURCE_UNREACHABLE',
        `The answer with ${name} broke off.`,
        {},
        { cause: error },
      );
    } finally {
      await handle.close();
    }
    const stamp = writeVersion({
      etag: shortOf(response.headers.get('etag')),
      modified: shortOf(response.headers.get('last-modified')),
      sha256: hash.digest('hex').slice(0, 32),
    });
    fetched = { name, stamp, path };
    return stamp;
  };

  return {
    find: async (name, known: Bookmark) => {
      if (!isPlain(name))
        throw fileRefused(name, 'at an address only one file can be named, without * and ?.');
      const mark = known.get(name);
      const before = readVersion(mark?.stamp);
      const headers: Record<string, string> = {};
      if (before?.etag) headers['if-none-match'] = before.etag;
      else if (before?.modified) headers['if-modified-since'] = before.modified;
      const response = await ask(name, headers);
      if (response.status === 304 && mark !== undefined) return [{ name, stamp: mark.stamp }];
      const stamp = await save(name, response);
      // The same content under another name of the server's is the same version.
      const same = mark !== undefined && before?.sha256 === readVersion(stamp)?.sha256;
      return [{ name, stamp: same ? mark.stamp : stamp }];
    },
    open: async (name) => {
      if (fetched === null || fetched.name !== name) await save(name, await ask(name, {}));
      if (fetched === null) return null;
      const handle = await open(fetched.path, 'r');
      return { handle, stamp: fetched.stamp, bytes: (await handle.stat()).size };
    },
    stampOf: async () => fetched?.stamp ?? null,
    close: async () => {
      if (folder !== null) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Asks whether a file is there, without fetching it. @throws TributaryError as reading it does */
export async function checkAddress(
  location: string,
  name: string,
  { fetch, signal }: AddressOptions,
): Promise<void> {
  if (!isPlain(name)) throw fileRefused(name, 'at an address only one file can be named, without * and ?.');
  const url = addressOf(location, name);
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    if (error instanceof TributaryError || signal.aborted) throw error;
    throw unreachable(url.host, error);
  });
  await response.body?.cancel();
  if (!response.ok) throw faultOf(name, response);
}
