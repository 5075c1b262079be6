import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterAgain, afterTurn, askedAgain } from '../../client/outbound/queue.ts';
import { verifyEvent } from '../../client/verify-event.ts';
import {
  concerns,
  eventOfMove,
  eventOfStatus,
  outboundMeanings,
  outboundTable,
  outboundTypes,
  withImplied,
} from '../../domain/outbound.ts';
import { askedDelay, isLongFailing, nextAttempt, retryWindowMs } from '../../domain/outbound-retry.ts';
import { type SessionStatus, sessionStatusNames } from '../../domain/session.ts';

const codes = Object.keys(sessionStatusNames).map(Number) as SessionStatus[];

test('each status tells what states.md says, the others nothing', () => {
  const told = (type: string) => codes.filter((code) => eventOfStatus(code) === type);
  assert.deepEqual(told('RawData'), [12]);
  assert.deepEqual(told('NormalizedData'), [15]);
  assert.deepEqual(told('ReadyToUseData'), [18, 19]);
  assert.deepEqual(told('Error'), [7, 11, 14, 17, 20, 22, 23]);
  assert.deepEqual(told('Deauthorized'), [8]);
  // 26 is told by the connection.
  assert.equal(codes.filter((code) => eventOfStatus(code) !== null).length, 12);
  assert.equal(eventOfMove('disconnect'), 'Disconnected');
  assert.equal(eventOfMove('paused'), 'Suspended');
  assert.equal(eventOfMove('started'), 'Resumed');
  assert.equal(eventOfMove('finalize'), null);
});

test('who asks for data also hears why none comes', () => {
  fc.assert(
    fc.property(fc.subarray([...outboundTypes]), (asked) => {
      const events = withImplied(asked);
      const isData = asked.some((type) => type.endsWith('Data'));
      for (const type of asked) assert.ok(events.includes(type));
      for (const type of ['Error', 'Suspended', 'Disconnected'] as const)
        assert.equal(events.includes(type), isData || asked.includes(type));
      assert.deepEqual(withImplied(events), events);
      assert.equal(new Set(events).size, events.length);
    }),
  );
});

test('a filter takes what each of its lists takes', () => {
  const of = { company: 'acme', app: 'shop', connection: 'shop-acme' };
  const all = { companies: null, apps: null, connections: null };
  assert.equal(concerns(all, of), true);
  assert.equal(concerns({ ...all, companies: ['acme', 'other'], apps: ['shop'] }, of), true);
  assert.equal(concerns({ ...all, companies: ['acme'], apps: ['bank'] }, of), false);
  assert.equal(concerns({ ...all, connections: [] }, of), false);
});

test('attempts go on for three days, rarer and rarer, and end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 30, maxLength: 30 }),
      fc.option(fc.integer({ min: -5, max: 10 ** 9 })),
      (randoms, askedMs) => {
        const firstAt = 1_000_000;
        let at = firstAt;
        let attempts = 0;
        for (const random of randoms) {
          attempts += 1;
          const next = nextAttempt({ attempts, firstAt, at, askedMs, random });
          if (next === null) break;
          assert.ok(next > at && next <= firstAt + retryWindowMs);
          at = next;
        }
        assert.equal(at, firstAt + retryWindowMs);
        assert.ok(attempts >= 10 && attempts <= 30, `${attempts}`);
      },
    ),
    { numRuns: 50 },
  );
});

test('odd numbers give no odd times', () => {
  for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0])
    for (const next of [
      nextAttempt({ attempts: 1, firstAt: 0, at: 1, askedMs: odd, random: 0.5 }),
      nextAttempt({ attempts: 1, firstAt: odd, at: 1, askedMs: null, random: 0.5 }),
    ])
      assert.ok(next === null || Number.isFinite(next) || odd === Number.POSITIVE_INFINITY);
  assert.equal(askedDelay('120', 0), 120_000);
  assert.equal(askedDelay('Thu, 01 Jan 1970 00:01:00 GMT', 0), 60_000);
  for (const header of [null, '', 'soon', '-1']) assert.equal(askedDelay(header, Date.now()), null);
  assert.equal(isLongFailing(null, new Date(), 5), false);
  assert.equal(isLongFailing(new Date(0), new Date(5 * 86_400_000), 5), true);
});

test('a queue moves on only after its event, and what is asked again stands beside it', () => {
  const at = new Date(1_000);
  const queue = { _id: 's/c', next: 3, trying: null, again: [], failed: [], seq: 0, updatedAt: at };
  const outcome = { sequence: 3, arrived: false, retryAt: new Date(2_000), firstAt: at, at };
  const tried = { ...queue, ...afterTurn(queue, outcome) };
  assert.deepEqual([tried.next, tried.trying?.attempts], [3, 1]);
  const given = { ...tried, ...afterTurn(tried, { ...outcome, retryAt: null }) };
  assert.deepEqual([given.next, given.trying, given.failed.length], [4, null, 1]);
  assert.equal(afterTurn(given, outcome), null);
  const asked = { ...given, ...askedAgain(given, [3], at) };
  assert.deepEqual([asked.next, asked.again.length, asked.failed.length], [4, 1, 0]);
  const arrived = { ...asked, ...afterAgain(asked, { ...outcome, arrived: true, retryAt: null }) };
  assert.deepEqual([arrived.next, arrived.again, arrived.failed], [4, [], []]);
  assert.equal(askedAgain(arrived, [9], at), null);
});

test('a receiver verifies what any of its secrets signed, within 300 s', () => {
  const [old, fresh, other] = [1, 2, 3].map((n) => `whsec_${Buffer.alloc(32, n).toString('base64')}`);
  const at = new Date('2026-01-01T00:00:00.000Z');
  const body = JSON.stringify({ id: 'evt_1', type: 'Test', timestamp: at.toISOString(), data: {} });
  const signature = [old, fresh].map((one) => new Webhook(one ?? '').sign('evt_1', at, body)).join(' ');
  const headers = {
    'Webhook-Id': 'evt_1',
    'webhook-timestamp': String(at.getTime() / 1_000),
    'webhook-signature': signature,
  };
  const verify = (text: string, given: object, known: (string | undefined)[], secs = 0) =>
    verifyEvent(text, given as never, known as string[], {
      now: () => new Date(at.getTime() + secs * 1_000),
    });
  for (const known of [[old], [fresh], [other, fresh]])
    assert.equal(verify(body, headers, known).id, 'evt_1');
  assert.equal(verify(body, new Headers(headers), [old], 299).id, 'evt_1');
  assert.equal(verify(Buffer.from(body) as never, headers, [old], -299).id, 'evt_1');
  const refused = { code: 'EVENT_NOT_VERIFIED' };
  assert.throws(() => verify(body, headers, [other]), refused);
  assert.throws(() => verify(body, headers, []), refused);
  assert.throws(() => verify(body, headers, ['whsec_', '']), refused);
  assert.throws(() => verify(`${body} `, headers, [old]), refused);
  for (const secs of [302, -302]) assert.throws(() => verify(body, headers, [old], secs), refused);
  for (const name of Object.keys(headers))
    assert.throws(() => verify(body, { ...headers, [name]: '' }, [old]), refused);
  assert.throws(() => verify(body, { ...headers, 'Webhook-Id': 'evt_2' }, [old]), refused);
  assert.throws(() => verify(body, { ...headers, 'webhook-signature': 'v1, v2,x v1' }, [old]), refused);
});

test('docs/events.md has the table as it is', async () => {
  const text = await readFile(new URL('../../docs/events.md', import.meta.url), 'utf8');
  const cells = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  for (const { type, when } of outboundTable) {
    const row = cells.find((one) => one[1] === `\`${type}\``);
    assert.equal(row?.[2], when.join(', '), type);
    assert.equal(row?.[3], outboundMeanings[type], type);
  }
});
