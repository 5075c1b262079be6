import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createLog } from '../../platform/log.ts';

test('secrets do not reach the log', () => {
  const destination = new PassThrough({ encoding: 'utf8' });
  const log = createLog({ name: 'api', destination });
  log.info(
    { token: 'hunter2', headers: { authorization: 'hunter2' }, a: { b: { password: 'hunter2' } } },
    'asked',
  );
  const line = destination.read();
  assert.match(line, /asked/);
  assert.doesNotMatch(line, /hunter2/);
});

test('neither do those that have another word for it, or stand in a list', () => {
  const destination = new PassThrough({ encoding: 'utf8' });
  const log = createLog({ name: 'api', destination });
  const names = ['clientSecret', 'client_secret', 'accessToken', 'access_token', 'refreshToken'];
  const more = [
    'refresh_token',
    'codeVerifier',
    'apiKey',
    'credentials',
    'webhookSecret',
    'set-cookie',
    'Authorization',
  ];
  for (const name of [...names, ...more])
    log.info({ [name]: 'hunter2', all: [{ [name]: 'hunter2' }], a: { b: { [name]: 'hunter2' } } }, 'asked');
  assert.doesNotMatch(String(destination.read()), /hunter2/);
});
