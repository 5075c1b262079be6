import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import type Airtable from 'airtable';

/** What a call through the package is made with, and what came of it. */
export interface Call {
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  /** As it was answered: the package keeps neither the body of a refusal nor headers. */
  answer?: { readonly status: number; readonly headers: Headers; readonly text: string };
  /** Why nothing was answered: the package keeps the message only. */
  failure?: unknown;
}

const calls = new AsyncLocalStorage<Call>();

/** In the place of the package's own way out, which knows no guard against addresses that users set. */
async function fetchOfCall(url: string, init: RequestInit) {
  const call = calls.getStore();
  if (call === undefined) throw new Error('The airtable package was used outside a call.');
  try {
    const { signal: timeout, ...rest } = init;
    // Its signal is of another make than the platform's; AbortSignal.any would refuse it.
    const late = new AbortController();
    timeout?.addEventListener('abort', () => late.abort());
    const signal = AbortSignal.any([call.signal, late.signal]);
    const response = await call.fetch(url, { ...rest, signal });
    const { status, headers } = response;
    const text = await response.text();
    call.answer = { status, headers, text };
    return { status, headers, json: async () => JSON.parse(text) };
  } catch (error) {
    call.failure = error;
    throw error;
  }
}

/** The package takes its `fetch` from this file of its own; it is replaced before the package is loaded. */
function load(): typeof Airtable {
  const require = createRequire(import.meta.url);
  const way = require.resolve('airtable/lib/fetch');
  if (require.cache[require.resolve('airtable')] !== undefined)
    throw new Error('The airtable package was loaded elsewhere, without the egress guard.');
  require(way);
  const loaded = require.cache[way];
  if (loaded === undefined) throw new Error('The airtable package cannot be guarded.');
  loaded.exports = fetchOfCall;
  return require('airtable');
}

/** The airtable package, all of whose requests go by the `fetch` of {@link inCall}. */
export const GuardedAirtable = load();

/** Runs a request of the package. */
export const inCall = <T>(call: Call, request: () => Promise<T>): Promise<T> => calls.run(call, request);
