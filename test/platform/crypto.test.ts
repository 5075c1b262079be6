import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultPayloadConverter } from '@temporalio/common';
import { createPayloadCodecs } from '../../platform/codec.ts';
import { createSecretBox, loadOrCreateKeys } from '../../platform/crypto.ts';
import type { NamedKey } from '../../platform/settings.ts';

const older: NamedKey = { id: 'older', key: Buffer.alloc(32, 1) };
const newer: NamedKey = { id: 'newer', key: Buffer.alloc(32, 2) };
const secret = { accessToken: 'hunter2', scopes: ['orders'] };

test('what a secret box seals it opens, in the same place only', () => {
  const box = createSecretBox([older]);
  const sealed = box.seal(secret, 'connection/a');
  assert.doesNotMatch(Buffer.from(sealed.data, 'base64').toString('latin1'), /hunter2/);
  assert.deepEqual(box.open(sealed, 'connection/a'), secret);
  assert.throws(() => box.open(sealed, 'connection/b'));
});

test('a secret is rotated to the current key', () => {
  const sealed = createSecretBox([older]).seal(secret, 'c');
  const box = createSecretBox([newer, older]);
  const rotated = box.rotate(sealed, 'c');
  assert.equal(rotated.keyId, 'newer');
  assert.equal(box.rotate(rotated, 'c'), rotated);
  assert.deepEqual(createSecretBox([newer]).open(rotated, 'c'), secret);
});

test('an unknown key is named', () => {
  const sealed = createSecretBox([older]).seal(secret, 'c');
  assert.throws(() => createSecretBox([newer]).open(sealed, 'c'), /"older".*TRIBUTARY_SECRETS_KEYS/);
});

test('the first start makes a key that only its owner reads, and later ones find it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-keys-'));
  t.after(() => rm(folder, { recursive: true }));
  const [made, alsoMade] = await Promise.all([loadOrCreateKeys(folder), loadOrCreateKeys(folder)]);
  assert.deepEqual(made, alsoMade);
  assert.deepEqual(await loadOrCreateKeys(folder), made);
  assert.equal(made[0]?.key.length, 32);
  assert.equal((await stat(join(folder, 'secrets.keys'))).mode & 0o777, 0o600);
});

const payload = defaultPayloadConverter.toPayload({ hello: 'hunter2' });
const codecOf = (...keys: NamedKey[]) => {
  const [codec] = createPayloadCodecs(keys);
  assert.ok(codec);
  return codec;
};

test('a payload comes back from the codec as it was, and is not readable on the way', async () => {
  const codec = codecOf(older);
  const encoded = await codec.encode([payload]);
  assert.doesNotMatch(Buffer.from(encoded[0]?.data ?? []).toString('latin1'), /hunter2/);
  const [decoded] = await codec.decode(encoded);
  assert.deepEqual(decoded && defaultPayloadConverter.fromPayload(decoded), { hello: 'hunter2' });
});

test('the codec rotates: old payloads decode, new ones use the first key', async () => {
  const encoded = await codecOf(older).encode([payload]);
  const [decoded] = await codecOf(newer, older).decode(encoded);
  assert.deepEqual(decoded && defaultPayloadConverter.fromPayload(decoded), { hello: 'hunter2' });
  await assert.rejects(codecOf(newer).decode(encoded), /"older".*TRIBUTARY_CODEC_KEYS/);
});

test('plain payloads always decode, and without a key there is no codec', async () => {
  assert.deepEqual(await codecOf(older).decode([payload]), [payload]);
  assert.deepEqual(createPayloadCodecs([]), []);
});

test('what a secret box signs every holder of the key verifies, for that purpose only', () => {
  const signature = createSecretBox([older]).sign('link/7', 'connect-link');
  assert.match(signature, /^older\.[\w-]{43}$/);
  const later = createSecretBox([newer, older]);
  assert.equal(later.verify('link/7', signature, 'connect-link'), true);
  assert.match(later.sign('link/7', 'connect-link'), /^newer\./);
  assert.equal(later.verify('link/8', signature, 'connect-link'), false);
  assert.equal(later.verify('link/7', signature, 'webhook'), false);
  assert.equal(createSecretBox([newer]).verify('link/7', signature, 'connect-link'), false);
  for (const forged of [
    '',
    'older',
    'older.',
    '.x',
    `newer${signature.slice(5)}`,
    `${signature}AA`,
    `${signature}=`,
    `${signature}=x/../y`,
    `${signature}\r\n`,
    signature.replace('.', '.!'),
  ])
    assert.equal(later.verify('link/7', forged, 'connect-link'), false, forged);
});
