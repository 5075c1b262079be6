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
