import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { webhooksSchema } from '../../connectors/format/webhooks.ts';
import { readEvents } from '../../connectors/webhooks/events.ts';
import { meaningOf } from '../../connectors/webhooks/meaning.ts';
import { pagedDefinition } from '../support/paged-definition.ts';

const base = pagedDefinition({ resources: ['orders', 'customers'] });
const withHooks = (webhooks: object) => ({ ...base, webhooks: webhooksSchema.parse(webhooks) });
const read = (webhooks: object | undefined, body: unknown, headers = {}) =>
  readEvents(
    webhooks === undefined ? base : withHooks(webhooks),
    headers,
    Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  );
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

describe('what a type of event means', () => {
  const meaning = (type: string, events?: object[]) =>
    meaningOf(events === undefined ? base : withHooks({ events }), type);

  test('without rules', () => {
    assert.deepEqual(meaning('grant.revoked'), { means: 'revoked' });
    assert.deepEqual(meaning('orders'), { means: 'load', resource: 'orders' });
    assert.deepEqual(meaning('orders.created'), { means: 'load', resource: 'orders' });
    assert.deepEqual(meaning('customers.failed'), { means: 'failed', resource: 'customers' });
    assert.deepEqual(meaning('data.failed'), { means: 'failed' });
    assert.deepEqual(meaning('ordersx.created'), { means: 'load' });
    assert.deepEqual(meaning(''), { means: 'load' });
  });

  test('the first rule that fits counts; a type that fits none is ignored', () => {
    const rules = [
      { type: 'orders/delete', means: 'ignore' },
      { type: 'orders/*', means: 'load', resource: 'orders' },
      { type: 'app/uninstalled', means: 'revoked' },
      { type: '*.error.*', means: 'failed' },
    ];
    assert.deepEqual(meaning('orders/delete', rules), { means: 'ignore' });
    assert.deepEqual(meaning('orders/create', rules), { means: 'load', resource: 'orders' });
    assert.deepEqual(meaning('app/uninstalled', rules), { means: 'revoked' });
    assert.deepEqual(meaning('app-uninstalled', rules), { means: 'ignore' });
    assert.deepEqual(meaning('job.error.1', rules), { means: 'failed' });
    assert.deepEqual(meaning('jobxerrorx1', rules), { means: 'ignore' }, 'a dot is a dot');
    assert.deepEqual(meaning('orders.created', rules), { means: 'ignore' });
  });
});

describe('the events of a delivery', () => {
  test('an app whose definition says nothing sends id and type', () => {
    const body = { id: 'e1', type: 'orders.ready', more: true };
    assert.deepEqual(read(undefined, body), [
      { id: 'e1', type: 'orders.ready', meaning: 'load', resource: 'orders', body },
    ]);
  });

  test('from headers and pointers', () => {
    const webhooks = {
      id: { header: 'X-Event-Id' },
      type: { header: 'X-Topic' },
      occurredAt: { pointer: '/at' },
      account: { pointer: '/shop/id' },
      events: [{ type: 'orders/*', means: 'load', resource: 'orders' }],
    };
    const headers = { 'x-event-id': 'e7', 'x-topic': 'orders/paid' };
    const [event] = read(webhooks, { at: '2026-01-02T03:04:05+01:00', shop: { id: 42 } }, headers);
    assert.equal(event?.id, 'e7');
    assert.equal(event?.type, 'orders/paid');
    assert.equal(event?.account, '42');
    assert.equal(event?.occurredAt?.toISOString(), '2026-01-02T02:04:05.000Z');
    assert.deepEqual([event?.meaning, event?.resource], ['load', 'orders']);
  });

  test('the time may be seconds since 1970, as a number or text; what is no time is left out', () => {
    const at = (value: unknown) => read({ occurredAt: { pointer: '/at' } }, { at: value })[0]?.occurredAt;
    const expected = new Date('2026-01-01T00:00:00.000Z').getTime();
    for (const value of [expected / 1000, String(expected / 1000), expected, '2026-01-01'])
      assert.equal(at(value)?.getTime(), expected, String(value));
    for (const value of ['soon', null, {}, '']) assert.equal(at(value), undefined);
  });

  test('a list of events is one each, with ids of their own', () => {
    const webhooks = {
      items: '/events',
      id: { pointer: '/eid' },
      type: { pointer: '/name' },
      account: { pointer: '/realm' },
    };
    const events = [
      { eid: 1, name: 'orders', realm: 'a' },
      { eid: 2, name: 'customers', realm: 'b' },
    ];
    const found = read(webhooks, { events });
    assert.deepEqual(
      found.map(({ id, resource, account, body }) => [id, resource, account, body]),
      [
        ['1', 'orders', 'a', events[0]],
        ['2', 'customers', 'b', events[1]],
      ],
    );
    const byHeader = read({ ...webhooks, id: { header: 'x-id' } }, { events }, { 'x-id': 'd1' });
    assert.deepEqual(
      byHeader.map(({ id }) => id),
      ['d1#0', 'd1#1'],
    );
    assert.deepEqual(read({ items: '' }, []), []);
    assert.throws(() => read(webhooks, { events: {} }), /body\.events: must be a list of events/);
  });

  test('without an id the content is the id; Standard Webhooks have one of their own', () => {
    const text = '{ "type": "orders" }';
    assert.equal(read({}, text)[0]?.id, sha(text));
    assert.equal(read({ id: { pointer: '/none' } }, text)[0]?.id, sha(text));
    const items = [{ type: 'a' }, { type: 'b' }];
    assert.deepEqual(
      read({ items: '' }, items).map(({ id }) => id),
      items.map((item) => sha(JSON.stringify(item))),
    );
    const standard = { signature: { kind: 'standard' } };
    assert.equal(read(standard, text, { 'webhook-id': 'msg_1' })[0]?.id, 'msg_1');
    const long = 'x'.repeat(300);
    assert.equal(read({ id: { pointer: '/id' } }, { id: long })[0]?.id, sha(long));
  });

  test('an empty body, or one that is not JSON, is refused', () => {
    assert.throws(() => read({}, ''), { code: 'INVALID_INPUT', message: 'body: is empty' });
    assert.throws(() => read({}, '<html>'), { code: 'INVALID_INPUT', message: 'body: is not valid JSON' });
  });

  test('one that is nested without end is refused, whatever would be done with it', () => {
    const deep = (levels: number) => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`;
    assert.equal(read({}, deep(100)).length, 1);
    for (const levels of [102, 1_000_000])
      for (const webhooks of [{}, { items: '' }])
        assert.throws(() => read(webhooks, deep(levels)), {
          code: 'INVALID_INPUT',
          message: 'body: is nested more than 100 deep',
        });
    // Brackets in texts are no nesting.
    const text = JSON.stringify({ id: `\\"${'[{'.repeat(500)}`, list: Array(500).fill([]) });
    assert.equal(read({}, text).length, 1);
  });
});
