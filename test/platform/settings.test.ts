import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { TributaryError } from '../../domain/errors.ts';
import { parseSettings, settingNames } from '../../platform/settings.ts';

const key = Buffer.alloc(32, 7).toString('base64');

test('nothing needs to be set', () => {
  const settings = parseSettings({});
  assert.equal(settings.api.port, 7700);
  assert.equal(settings.temporal.namespace, 'default');
  assert.equal(settings.durations.authorizationMs, 900_000);
  assert.deepEqual(settings.pools, ['default']);
  assert.deepEqual(settings.codecKeys, []);
});

test('settings are parsed', () => {
  const settings = parseSettings({
    TRIBUTARY_POOLS: 'default, large',
    TRIBUTARY_LOADING_SECS: '5',
    TRIBUTARY_SECRETS_KEYS: `new:${key},old:${key}`,
    MONGODB_URI: '',
  });
  assert.deepEqual(settings.pools, ['default', 'large']);
  assert.equal(settings.durations.loadingMs, 5000);
  assert.deepEqual(
    settings.secretsKeys.map(({ id, key: bytes }) => [id, bytes.length]),
    [
      ['new', 32],
      ['old', 32],
    ],
  );
  assert.equal(settings.mongodb.uri, undefined);
});

test('every setting that cannot be used is named, and no value is shown', () => {
  const wrong = {
    TEMPORAL_ADDRESS: 'nowhere',
    MONGODB_URI: 'https://user:hunter2@example.com',
    TRIBUTARY_API_PORT: '99999',
    TRIBUTARY_TOKEN: 'hunter2',
    TRIBUTARY_CODEC_KEYS: 'k:hunter2',
    TRIBUTARY_POOLS: 'Default Pool',
    LOG_LEVEL: 'loud',
    TRIBUTARY_STAGE_SECS: '-3',
    TRIBUTARY_QUARANTINE_THRESHOLD: '7',
  };
  assert.throws(
    () => parseSettings(wrong),
    (error) => {
      assert.ok(error instanceof TributaryError);
      assert.equal(error.code, 'SETTINGS_INVALID');
      for (const name of Object.keys(wrong)) assert.match(error.message, new RegExp(`${name}: `));
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    },
  );
});

test('.env.example lists every setting', () => {
  const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
  const listed = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name);
  assert.deepEqual(
    settingNames.filter((name) => !listed.includes(name)),
    [],
  );
});
