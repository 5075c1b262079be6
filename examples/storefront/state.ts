import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Entry {
  readonly payload: AdapterPayload;
  /** Milliseconds since 1970; absent where it does not expire. */
  readonly expiresAt?: number;
}

interface StateFile {
  readonly version: 1;
  readonly jwk: Record<string, unknown>;
  readonly cookieKey: string;
  releasedDays: number;
  readonly entries: Record<string, Entry>;
}

/** What must outlive a restart. Consents under way and sign-ins are not worth the writes. */
const durable = new Set(['Grant', 'RefreshToken', 'AccessToken', 'AuthorizationCode']);

/** Everything the storefront remembers. */
export interface StorefrontState {
  readonly jwk: Record<string, unknown>;
  readonly cookieKey: string;
  readonly releasedDays: () => number;
  readonly setReleasedDays: (days: number) => void;
  /** Storage of one model for oidc-provider. */
  readonly adapter: (model: string) => Adapter;
  /** Takes away every grant of an account, with its tokens. Returns how many grants there were. */
  readonly revokeAccount: (accountId: string) => number;
}

function createFile(): StateFile {
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  return {
    version: 1,
    jwk: { ...jwk },
    cookieKey: randomBytes(24).toString('base64url'),
    releasedDays: 0,
    entries: {},
  };
}

function open(file: string): StateFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    // Any other trouble must not end in a new file over the grants that are there.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return createFile();
    throw error;
  }
  let state: StateFile;
  try {
    state = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file} is not a state file of the storefront`, { cause });
  }
  if (state.version !== 1) throw new Error(`${file}: version ${state.version} is not known here`);
  return state;
}

/**
 * @param file Written whole and renamed into place after each change, before the change is answered; without a
 * file everything stays in memory.
 * @throws Error when the file is there but cannot be understood.
 */
export function openState(file?: string): StorefrontState {
  const state = file === undefined ? createFile() : open(file);
  const passing = new Map<string, Entry>();

  function save(): void {
    if (file === undefined) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  function dropExpired(): void {
    const now = Date.now();
    for (const [key, entry] of Object.entries(state.entries)) {
      if (entry.expiresAt !== undefined && entry.expiresAt <= now) delete state.entries[key];
    }
  }

  function dropGrantMembers(grantId: string): void {
    for (const [key, { payload }] of Object.entries(state.entries)) {
      if (payload.grantId === grantId) delete state.entries[key];
    }
  }

  function adapter(model: string): Adapter {
    const kept = durable.has(model);
    const keyOf = (id: string) => `${model}:${id}`;
    const find = (id: string): AdapterPayload | undefined => {
      const entry = kept ? state.entries[keyOf(id)] : passing.get(keyOf(id));
      return entry?.expiresAt !== undefined && entry.expiresAt <= Date.now() ? undefined : entry?.payload;
    };
    return {
      find: async (id) => find(id),
      findByUid: async (uid) =>
        [...passing].find(([key, entry]) => key.startsWith(`${model}:`) && entry.payload.uid === uid)?.[1]
          .payload,
      findByUserCode: async () => undefined,
      upsert: async (id, payload, expiresIn) => {
        const entry = expiresIn ? { payload, expiresAt: Date.now() + expiresIn * 1000 } : { payload };
        if (!kept) {
          passing.set(keyOf(id), entry);
          return;
        }
        dropExpired();
        state.entries[keyOf(id)] = entry;
        save();
      },
      consume: async (id) => {
        const payload = find(id);
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
        if (kept) save();
      },
      destroy: async (id) => {
        passing.delete(keyOf(id));
        if (!kept) return;
        delete state.entries[keyOf(id)];
        save();
      },
      revokeByGrantId: async (grantId) => {
        dropGrantMembers(grantId);
        save();
      },
    };
  }

  // Keys and cookies must be the same after a start that was never asked anything.
  save();
  return {
    jwk: state.jwk,
    cookieKey: state.cookieKey,
    releasedDays: () => state.releasedDays,
    setReleasedDays: (days) => {
      state.releasedDays = days;
      save();
    },
    adapter,
    revokeAccount: (accountId) => {
      const grants = Object.entries(state.entries).filter(
        ([key, { payload }]) => key.startsWith('Grant:') && payload.accountId === accountId,
      );
      for (const [key] of grants) {
        dropGrantMembers(key.slice('Grant:'.length));
        delete state.entries[key];
      }
      save();
      return grants.length;
    },
  };
}
