import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TributaryError } from '../domain/errors.ts';
import type { JsonValue } from '../domain/json.ts';
import type { NamedKey } from './settings.ts';

const ivBytes = 12;
const tagBytes = 16;

/** AES-256-GCM: 12 random bytes, the 16 bytes of the tag, the cipher text. `context` is authenticated, not stored. */
export function encryptBytes(key: Buffer, plain: Uint8Array, context = ''): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]);
}

/** Turns {@link encryptBytes} around. @throws if key, context or bytes are not those it was made with. */
export function decryptBytes(key: Buffer, sealed: Uint8Array, context = ''): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  })
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()]);
}

/**
 * Finds a key by its id.
 * @throws {TributaryError} SETTINGS_INVALID if no key has it; `setting` is what a person has to mend.
 */
export function keyById(keys: readonly NamedKey[], id: string, setting: string): Buffer {
  const found = keys.find((key) => key.id === id);
  if (!found) {
    throw new TributaryError(
      'SETTINGS_INVALID',
      `Something was encrypted with the key "${id}", which ${setting} does not name. Add it there, after the current key.`,
    );
  }
  return found.key;
}

/** A value at rest that only a holder of the key can read. */
export interface Sealed {
  readonly keyId: string;
  /** Base64. */
  readonly data: string;
}

/** Seals and opens values. `context` names the place (such as an id): a value copied elsewhere does not open. */
export interface SecretBox {
  /** The current key: what is sealed now names it. */
  readonly keyId: string;
  seal(value: JsonValue, context: string): Sealed;
  /** @throws {TributaryError} SETTINGS_INVALID for an unknown key id; an Error if the value was tampered with. */
  open(sealed: Sealed, context: string): JsonValue;
  /** Seals again with the current key; gives back the very same object if that is what it has. */
  rotate(sealed: Sealed, context: string): Sealed;
  /**
   * Signs a text that goes out and comes back: `<key id>.<HMAC-SHA256, base64url>`. Another `purpose` makes another
   * signature, so what was signed for one use proves nothing in another.
   */
  sign(text: string, purpose: string): string;
  /** Whether one of the keys signed this text for this purpose. Constant time; never throws. */
  verify(text: string, signature: string, purpose: string): boolean;
}

/** Makes a secret box; the first key seals, all open. @throws {TributaryError} SETTINGS_INVALID without a key. */
export function createSecretBox(keys: readonly NamedKey[]): SecretBox {
  const [current] = keys;
  if (!current)
    throw new TributaryError('SETTINGS_INVALID', 'There is no key for secrets (TRIBUTARY_SECRETS_KEYS).');

  const seal = (value: JsonValue, context: string): Sealed => ({
    keyId: current.id,
    data: encryptBytes(current.key, Buffer.from(JSON.stringify(value)), context).toString('base64'),
  });
  const open = (sealed: Sealed, context: string): JsonValue => {
    const key = keyById(keys, sealed.keyId, 'TRIBUTARY_SECRETS_KEYS');
    return JSON.parse(decryptBytes(key, Buffer.from(sealed.data, 'base64'), context).toString());
  };
  return {
    keyId: current.id,
    seal,
    open,
    rotate: (sealed, context) =>
      sealed.keyId === current.id ? sealed : seal(open(sealed, context), context),
    sign: (text, purpose) => `${current.id}.${signBytes(current.key, text, purpose).toString('base64url')}`,
    verify: (text, signature, purpose) => {
      // Base64url has no dot; a key id may.
      const dot = signature.lastIndexOf('.');
      const named = keys.find(({ id }) => id === signature.slice(0, Math.max(dot, 0)));
      if (named === undefined) return false;
      // As text: what decodes to the same bytes is another address all the same.
      const given = Buffer.from(signature.slice(dot + 1));
      const right = Buffer.from(signBytes(named.key, text, purpose).toString('base64url'));
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}

/** The key that signs is derived, so that a signature tells nothing of the key that encrypts. */
function signBytes(key: Buffer, text: string, purpose: string): Buffer {
  const derived = hkdfSync('sha256', key, '', `tributary/sign/${purpose}`, 32);
  return createHmac('sha256', Buffer.from(derived)).update(text).digest();
}

/** Reads the keys for secrets from the data folder; makes one at the first start (file mode 0600). */
export async function loadOrCreateKeys(dataFolder: string): Promise<readonly NamedKey[]> {
  const file = join(dataFolder, 'secrets.keys');
  await mkdir(dataFolder, { recursive: true });
  const fresh = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(fresh, `local:${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  // A link is made whole or not at all, so two first starts agree on one key.
  await link(fresh, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(fresh);
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [id = '', encoded = ''] = line.split(/:(.*)/s);
    return { id, key: Buffer.from(encoded, 'base64') };
  });
}
