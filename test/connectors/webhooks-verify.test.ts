import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { webhooksSchema } from '../../connectors/format/webhooks.ts';
import type { Delivery } from '../../connectors/webhooks/delivery.ts';
import { verifyDelivery } from '../../connectors/webhooks/verify.ts';

const now = new Date('2026-03-04T05:06:07.000Z');
const seconds = Math.floor(now.getTime() / 1000);
const later = (secs: number) => new Date(now.getTime() + secs * 1000);
const secret = `whsec_${Buffer.from('a secret of 24 bytes ...').toString('base64')}`;
const other = `whsec_${Buffer.from('another one of 24 bytes.').toString('base64')}`;
const uri = 'https://tributary.example/api/webhooks/shop/shop-acme';

const delivery = (body: string, headers: Record<string, string>): Delivery => ({
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  rawBody: Buffer.from(body),
  method: 'POST',
  uri,
});
const hmac = (key: string | Buffer, text: string, encoding: 'hex' | 'base64', algorithm = 'sha256') =>
  createHmac(algorithm, key).update(text).digest(encoding);
const definition = (signature: object) => webhooksSchema.parse({ signature });
const because = (verdict: ReturnType<typeof verifyDelivery>) => (verdict.ok ? 'ok' : verdict.because);

describe('standard webhooks', () => {
  const standard = definition({ kind: 'standard' });
  const body = '{"type":"orders.ready","data":{"n":1}}';
  /** As their own package signs. */
  const sent = (text = body, key = secret, at = now): Delivery =>
    delivery(text, {
      'Webhook-Id': 'msg_1',
      'Webhook-Timestamp': String(Math.floor(at.getTime() / 1000)),
      'Webhook-Signature': new Webhook(key).sign('msg_1', at, text),
    });
  const verify = (one: Delivery, secrets = [secret], at = now) =>
    because(verifyDelivery(standard, one, secrets, at));

  test('what the standardwebhooks package signs is taken, and the other way round', () => {
    assert.equal(verify(sent()), 'ok');
    assert.equal(verify(sent(''), [secret]), 'ok', 'an empty body has a signature too');
    assert.equal(verify(sent('no JSON \u{1F600}')), 'ok');
    assert.equal(verify(sent(), [secret.replace('whsec_', '')]), 'ok', 'the prefix may be left out');
  });

  test('during a rotation both secrets are taken, and a delivery may carry both signatures', () => {
    assert.equal(verify(sent(body, other), [secret, other]), 'ok');
    assert.equal(verify(sent(body, secret), [secret, other]), 'ok');
    const both = `${new Webhook(other).sign('msg_1', now, body)} ${new Webhook(secret).sign('msg_1', now, body)}`;
    const one = sent();
    const rotating = { ...one, headers: { ...one.headers, 'webhook-signature': `v1a,xx ${both}` } };
    assert.equal(verify(rotating), 'ok');
  });

  test('another secret, none, a changed byte or header is refused', () => {
    const fault = 'the signature does not fit';
    assert.equal(verify(sent(body, other)), fault);
    assert.equal(verify(sent(), []), fault);
    assert.equal(verify(sent(), ['whsec_']), fault, 'an empty key signs nothing');
    const one = sent();
    for (const at of [0, 10, body.length - 1]) {
      const changed = Buffer.from(body);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.equal(verify({ ...one, rawBody: changed }), fault);
    }
    assert.equal(verify({ ...one, headers: { ...one.headers, 'webhook-id': 'msg_2' } }), fault);
    const v2 = String(one.headers['webhook-signature']).replace('v1,', 'v2,');
    assert.equal(verify({ ...one, headers: { ...one.headers, 'webhook-signature': v2 } }), fault);
  });

  test('300 s both ways, and no further', () => {
    assert.equal(verify(sent(), [secret], later(300)), 'ok');
    assert.equal(verify(sent(), [secret], later(-300)), 'ok');
    const fault = 'the timestamp is more than 300 s from now';
    assert.equal(verify(sent(), [secret], later(301)), fault);
    assert.equal(verify(sent(), [secret], later(-301)), fault);
  });

  test('missing headers and a timestamp that is no number are refused', () => {
    const one = sent();
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature'])
      assert.match(verify({ ...one, headers: { ...one.headers, [name]: undefined } }), /is missing/);
    for (const text of ['soon', '-1', '1e9', ' 1'])
      assert.match(
        verify({ ...one, headers: { ...one.headers, 'webhook-timestamp': text } }),
        /is no number/,
      );
  });
});

describe('signatures as data', () => {
  const stripe = definition({
    kind: 'hmac',
    header: 'Stripe-Signature',
    parts: { timestamp: 't', signature: 'v1' },
    signed: '{timestamp}.{body}',
  });
  const body = '{"id":"evt_1","object":"event"}';

  test('Stripe: t and several v1 in one header, over the timestamp and the body', () => {
    const key = 'whsec_test_secret';
    const v1 = hmac(key, `${seconds}.${body}`, 'hex');
    const verify = (header: string, at = now) =>
      because(verifyDelivery(stripe, delivery(body, { 'Stripe-Signature': header }), [key], at));
    assert.equal(verify(`t=${seconds},v1=${v1},v0=ff`), 'ok');
    assert.equal(verify(`t=${seconds},v1=${'0'.repeat(64)}, v1=${v1}`), 'ok');
    assert.equal(verify(`t=${seconds},v0=${v1}`), 'the signature does not fit');
    assert.equal(verify(`t=${seconds + 1},v1=${v1}`), 'the signature does not fit');
    assert.equal(verify(`v1=${v1}`), 'the timestamp is missing');
    assert.match(verify(`t=${seconds},v1=${v1}`, later(301)), /more than 300 s/);
    assert.match(verify(`t=${seconds},v1=${v1}`, later(-301)), /more than 300 s/);
    assert.equal(verify(`t=${seconds},v1=`), 'the signature does not fit');
  });

  test('Shopify: base64 of the body, by the client secret', () => {
    const shopify = definition({
      kind: 'hmac',
      header: 'X-Shopify-Hmac-Sha256',
      encoding: 'base64',
      secret: 'client',
    });
    const headers = { 'x-shopify-hmac-sha256': hmac('hush', body, 'base64') };
    assert.deepEqual(verifyDelivery(shopify, delivery(body, headers), ['hush'], now), { ok: true });
    assert.equal(verifyDelivery(shopify, delivery(`${body} `, headers), ['hush'], now).ok, false);
    assert.match(
      because(verifyDelivery(shopify, delivery(body, {}), ['hush'], now)),
      /X-Shopify-Hmac-Sha256 is missing/,
    );
  });

  test('Intuit: intuit-signature, base64 of the body by the verifier token', () => {
    const intuit = definition({ kind: 'hmac', header: 'intuit-signature', encoding: 'base64' });
    const headers = { 'intuit-signature': hmac('verifier', body, 'base64') };
    assert.equal(verifyDelivery(intuit, delivery(body, headers), ['older', 'verifier'], now).ok, true);
    assert.equal(verifyDelivery(intuit, delivery(body, headers), ['older'], now).ok, false);
  });

  test("GitHub: the example of their documentation, 'sha256=' before the signature", () => {
    const github = definition({ kind: 'hmac', header: 'X-Hub-Signature-256', prefix: 'sha256=' });
    const signature = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const verify = (header: string) =>
      verifyDelivery(
        github,
        delivery('Hello, World!', { 'X-Hub-Signature-256': header }),
        ["It's a Secret to Everybody"],
        now,
      ).ok;
    assert.equal(verify(`sha256=${signature}`), true);
    assert.equal(verify(signature), false);
    assert.equal(verify(`sha1=${signature}`), false);
  });

  test('HubSpot v3: method, address, body and timestamp in milliseconds', () => {
    const hubspot = definition({
      kind: 'hmac',
      header: 'X-HubSpot-Signature-v3',
      encoding: 'base64',
      timestampHeader: 'X-HubSpot-Request-Timestamp',
      timestampUnit: 'milliseconds',
      signed: '{method}{uri}{body}{timestamp}',
      secret: 'client',
    });
    const ms = String(now.getTime());
    const headers = {
      'X-HubSpot-Signature-v3': hmac('client', `POST${uri}${body}${ms}`, 'base64'),
      'X-HubSpot-Request-Timestamp': ms,
    };
    assert.equal(verifyDelivery(hubspot, delivery(body, headers), ['client'], now).ok, true);
    const elsewhere = { ...delivery(body, headers), uri: `${uri}?a=1` };
    assert.equal(verifyDelivery(hubspot, elsewhere, ['client'], now).ok, false);
    assert.equal(verifyDelivery(hubspot, delivery(body, headers), ['client'], later(301)).ok, false);
  });

  test('secrets in base64, SHA-1 and SHA-512', () => {
    const key = Buffer.from([0, 1, 2, 255]);
    for (const algorithm of ['sha1', 'sha512'] as const) {
      const one = definition({ kind: 'hmac', header: 'sig', algorithm, secretEncoding: 'base64' });
      const headers = { sig: hmac(key, body, 'hex', algorithm) };
      assert.equal(verifyDelivery(one, delivery(body, headers), [key.toString('base64')], now).ok, true);
      assert.equal(verifyDelivery(one, delivery(body, headers), ['AAAA'], now).ok, false);
    }
  });

  test('what is not signed is left to the token', () => {
    assert.equal(verifyDelivery(definition({ kind: 'none' }), delivery(body, {}), [], now).ok, true);
  });
});
