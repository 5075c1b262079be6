import { createHmac, randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../domain/json.ts';
import { type Answer, type Asked, type Delivered, post, serveAnswers } from './http.ts';

type Collection =
  | 'customers'
  | 'invoices'
  | 'charges'
  | 'subscriptions'
  | 'balance_transactions'
  | 'products';
type StripeObject = JsonObject & { readonly id: string; readonly created: number };

/** Query parameters of each list beside those that all lists take (docs.stripe.com/api). */
const filters: Record<Collection, readonly string[]> = {
  customers: ['created', 'email', 'test_clock'],
  invoices: ['created', 'collection_method', 'customer', 'due_date', 'status', 'subscription'],
  charges: ['created', 'customer', 'payment_intent', 'transfer_group'],
  subscriptions: ['created', 'collection_method', 'customer', 'price', 'status', 'test_clock'],
  balance_transactions: ['created', 'currency', 'payout', 'source', 'type'],
  products: ['active', 'created', 'ids', 'shippable', 'url'],
};
const versions = /^\d{4}-\d{2}-\d{2}(\.(acacia|basil|clover|dahlia))?$/;

export interface StripeStandIn {
  readonly url: string;
  readonly key: string;
  readonly account: string;
  readonly webhookSecret: string;
  /** The objects; a test changes them at any time. */
  readonly objects: Record<Collection, StripeObject[]>;
  readonly asked: URL[];
  /** So many of the next requests for a list answer 429. */
  limited: number;
  /** The key was rolled: every request with it answers 401. */
  expired: boolean;
  /** Posts an event, signed as Stripe does; `secret` and `at` (ms) forge it. */
  deliver(
    address: string,
    type: string,
    object?: JsonObject,
    forged?: { id?: string; secret?: string; at?: number },
  ): Promise<Delivered>;
  stop(): Promise<void>;
}

const problem = (status: number, error: JsonObject): Answer => ({ status, body: { error } });
const invalid = (message: string, more: JsonObject = {}) =>
  problem(400, { type: 'invalid_request_error', message, ...more });

/** The bounds of `created[gte]=...`; undefined when there is another operator. */
function bounds(query: URLSearchParams): ((created: number) => boolean) | undefined {
  const tests: ((created: number) => boolean)[] = [];
  for (const [name, text] of query) {
    const [, operator] = /^created(?:\[(\w+)\])?$/.exec(name) ?? [];
    if (!name.startsWith('created')) continue;
    const bound = Number(text);
    if (!Number.isInteger(bound)) return undefined;
    if (name === 'created') tests.push((created) => created === bound);
    else if (operator === 'gt') tests.push((created) => created > bound);
    else if (operator === 'gte') tests.push((created) => created >= bound);
    else if (operator === 'lt') tests.push((created) => created < bound);
    else if (operator === 'lte') tests.push((created) => created <= bound);
    else return undefined;
  }
  return (created) => tests.every((test) => test(created));
}

function list(collection: Collection, objects: readonly StripeObject[], { searchParams }: URL): Answer {
  const known = ['limit', 'starting_after', 'ending_before', 'expand', ...filters[collection]];
  for (const name of searchParams.keys())
    if (!known.includes(name.replace(/\[.*$/, '')))
      return invalid(`Received unknown parameter: ${name}`, { code: 'parameter_unknown', param: name });
  const limit = Number(searchParams.get('limit') ?? 10);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    return invalid('Invalid limit: must be between 1 and 100', { param: 'limit' });
  const within = bounds(searchParams);
  if (within === undefined) return invalid('Invalid created', { param: 'created' });
  if (searchParams.has('ending_before')) return invalid('The stand-in lists forward only.');
  const status = searchParams.get('status');
  const shown = (object: StripeObject) =>
    within(object.created) &&
    (collection !== 'subscriptions' ||
      status === 'all' ||
      (status === null ? object.status !== 'canceled' : object.status === status));
  // Newest first.
  const sorted = objects.filter(shown).sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));
  const after = searchParams.get('starting_after');
  const start = after === null ? 0 : sorted.findIndex(({ id }) => id === after) + 1;
  if (after !== null && start === 0)
    return invalid(`No such object: '${after}'`, { code: 'resource_missing', param: 'starting_after' });
  const data = sorted.slice(start, start + limit);
  const has_more = start + limit < sorted.length;
  return { status: 200, body: { object: 'list', url: `/v1/${collection}`, has_more, data } };
}

/** A Stripe of our own: one account, one key, answers and refusals in the documented form. */
export async function startStripe(): Promise<StripeStandIn> {
  const key = `sk_test_${randomUUID().replaceAll('-', '')}`;
  const account = `acct_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  const webhookSecret = `whsec_${randomUUID().replaceAll('-', '')}`;
  const objects: StripeStandIn['objects'] = {
    customers: [],
    invoices: [],
    charges: [],
    subscriptions: [],
    balance_transactions: [],
    products: [],
  };
  const asked: URL[] = [];

  function judge({ method, url, headers }: Asked): Answer {
    asked.push(url);
    const given = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1];
    if (given === undefined)
      return problem(401, { type: 'invalid_request_error', message: 'You did not provide an API key.' });
    if (given !== key)
      return problem(401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' });
    if (standIn.expired)
      return problem(401, {
        type: 'invalid_request_error',
        code: 'api_key_expired',
        message: 'Expired API Key provided.',
      });
    const version = headers['stripe-version'];
    if (version !== undefined && !versions.test(String(version)))
      return invalid(`Invalid Stripe API version: ${version}`);
    if (method !== 'GET') return invalid(`Unrecognized request URL (${method}: ${url.pathname}).`);
    if (url.pathname === '/v1/account') return { status: 200, body: { id: account, object: 'account' } };
    const collection = url.pathname.replace('/v1/', '') as Collection;
    if (!Object.hasOwn(objects, collection))
      return problem(404, {
        type: 'invalid_request_error',
        message: `Unrecognized request URL (GET: ${url.pathname}).`,
      });
    if (standIn.limited > 0) {
      standIn.limited -= 1;
      return {
        ...problem(429, {
          type: 'invalid_request_error',
          code: 'rate_limit',
          message: 'Request rate limit exceeded.',
        }),
        headers: { 'stripe-rate-limited-reason': 'endpoint-rate' },
      };
    }
    return list(collection, objects[collection], url);
  }

  const server = await serveAnswers((request) => {
    const answer = judge(request);
    const version = request.headers['stripe-version'];
    return {
      ...answer,
      headers: {
        'request-id': `req_${randomUUID().slice(0, 8)}`,
        ...(version === undefined ? {} : { 'stripe-version': String(version) }),
        ...answer.headers,
      },
    };
  });
  const standIn: StripeStandIn = {
    ...server,
    key,
    account,
    webhookSecret,
    objects,
    asked,
    limited: 0,
    expired: false,
    deliver(address, type, object = {}, { id, secret = webhookSecret, at = Date.now() } = {}) {
      const created = Math.floor(at / 1000);
      const event = { id: id ?? `evt_${randomUUID()}`, object: 'event', created, type, data: { object } };
      // Stripe indents what it signs: who signs the parsed body again gets another signature.
      const body = JSON.stringify(event, null, 2);
      const sign = (by: string) => createHmac('sha256', by).update(`${created}.${body}`).digest('hex');
      const header = `t=${created},v1=${sign(secret)},v0=${sign('the old scheme')}`;
      return post(address, body, { 'stripe-signature': header });
    },
  };
  return standIn;
}
