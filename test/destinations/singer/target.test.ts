import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { singer } from '../../../destinations/singer/index.ts';
import { TributaryError } from '../../../domain/errors.ts';
import { until } from '../../support/until.ts';
import { deliver, openDelivery, put } from '../scene.ts';
import { singerScene } from './scene.ts';

const fields = [{ name: 'name', type: 'text' }] as const;
const row = put('insert', 'a', { name: 'A' });

/** Delivers a row to a target that does so, and gives what comes of it. */
async function failureOf(does: string): Promise<TributaryError> {
  const { scene } = await singerScene(does);
  try {
    const target = await scene.target(fields);
    const failure = await deliver(scene, target, [[row]]).catch((error: unknown) => error);
    assert.ok(failure instanceof TributaryError, `It was ${String(failure)}.`);
    return failure;
  } finally {
    await scene.close();
  }
}

test('rows whose state is not given back are not delivered, however well the target ends', async () => {
  const failure = await failureOf('keepStates');
  assert.equal(failure.code, 'DESTINATION_BAD_ANSWER');
  assert.match(failure.message, /state 0 of 1/);
});

test('a state that was never sent, or words where states belong, confirm nothing', async () => {
  assert.equal((await failureOf('lie')).code, 'DESTINATION_BAD_ANSWER');
  const failure = await failureOf('chat');
  assert.equal(failure.code, 'DESTINATION_BAD_ANSWER');
  assert.match(failure.message, /all is well/);
});

test('a target that writes into its own folder, which is removed after it, has delivered nothing', async () => {
  const failure = await failureOf('writeHere');
  assert.equal(failure.code, 'DESTINATION_BAD_ANSWER');
  assert.match(failure.message, /orders\.jsonl.*absolute path/s);
});

test('a target that dies is told with its last words, and sees nothing of our environment', async () => {
  process.env.TRIBUTARY_SECRET_OF_TEST = 'x';
  const failure = await failureOf('tellEnvironment');
  assert.equal(failure.code, 'DESTINATION_UNREACHABLE');
  assert.match(failure.message, /ended with code 3.*variables: /s);
  assert.doesNotMatch(failure.message, /TRIBUTARY|TEST_/);
});

test('a cancel ends the target with all that it started', async () => {
  const { scene, folder } = await singerScene('bearChild');
  const delivery = await openDelivery(scene, await scene.target(fields));
  const abort = new AbortController();
  await delivery.write([row], { signal: abort.signal, idempotencyKey: 'one' });
  const pid = await until('the child of the target', async () => {
    const text = await readFile(join(folder, 'child.pid'), 'utf8').catch(() => '');
    return text === '' ? { seen: 'no file' } : { found: Number(text) };
  });
  const finished = delivery.finish({ signal: abort.signal });
  abort.abort(new Error('canceled'));
  await assert.rejects(finished, /canceled/);
  await delivery.close();
  await until('the end of the child', async () => {
    try {
      process.kill(pid, 0);
      // Ended, and not yet fetched by anybody.
      const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
      return /\) [ZX]/.test(state) ? { found: true } : { seen: state.slice(0, 40) };
    } catch {
      return { found: true };
    }
  });
  await scene.close();
});

test('a silent target is ended after its time', async () => {
  const { scene } = await singerScene('sleep');
  const given = { ...(scene.settings.configuration as object), quietSecs: 1 };
  const settings = {
    ...singer.parse(given, null),
    context: scene.context,
    signal: AbortSignal.timeout(20_000),
  };
  const delivery = await singer.open(settings, await scene.target(fields), 's.1');
  const options = { signal: settings.signal, idempotencyKey: 'one' };
  await delivery.write([row], options);
  await assert.rejects(delivery.finish(options), { code: 'DESTINATION_UNREACHABLE' });
  await delivery.close();
  await scene.close();
});

test('a target that reads slowly is not flooded: a write waits until it takes more', async () => {
  const { scene } = await singerScene('sleep');
  const delivery = await openDelivery(scene, await scene.target(fields));
  const large = Array.from({ length: 100 }, (_, n) => put('insert', `${n}`, { name: 'x'.repeat(10_000) }));
  const write = delivery.write(large, { signal: AbortSignal.timeout(500), idempotencyKey: 'one' });
  await assert.rejects(write, { name: 'TimeoutError' });
  await delivery.close();
  await scene.close();
});
