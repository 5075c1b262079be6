import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../domain/json.ts';
import { type Answer, type Asked, type Delivered, fieldsOf, post, redirect, serveAnswers } from './http.ts';

type Collection = 'orders' | 'customers' | 'products';
type ShopObject = JsonObject & { readonly id: number; readonly updated_at: string };

/** Query parameters of each list (shopify.dev/docs/api/admin-rest). */
const dates = ['created_at_min', 'created_at_max', 'updated_at_min', 'updated_at_max'];
const params: Record<Collection, readonly string[]> = {
  orders: [
    ...dates,
    'status',
    'since_id',
    'limit',
    'fields',
    'ids',
    'financial_status',
    'fulfillment_status',
  ],
  customers: [...dates, 'since_id', 'limit', 'fields', 'ids'],
  products: [...dates, 'since_id', 'limit', 'fields', 'ids', 'status', 'handle', 'title', 'vendor'],
};
const scopeOf: Record<Collection, string> = {
  orders: 'read_orders',
  customers: 'read_customers',
  products: 'read_products',
};
/** Stable versions; an older one falls forward to the first of them. */
const versions = ['2026-01', '2026-04', '2026-07', '2026-10'];
const bucketSize = 40;
const leakPerSecond = 2;

export interface ShopifyStandIn {
  /** What stands for `https://{connection.shop}.myshopify.com` in the definition. */
  readonly place: string;
  readonly shop: string;
  readonly client: { readonly clientId: string; readonly clientSecret: string };
  readonly objects: Record<Collection, ShopObject[]>;
  readonly asked: URL[];
  /** Parameters that the documents do not know; the real one passes them over in silence. */
  readonly unknown: string[];
  /** Others have filled the bucket: the next request answers 429. */
  overflow: boolean;
  /** After each 429, how long until the same list was asked for again, in ms. */
  readonly waits: readonly number[];
  /** The merchant removes the app: its token is worth nothing any more. */
  uninstall(): void;
  deliver(
    address: string,
    topic: string,
    payload?: JsonObject,
    forged?: { id?: string; secret?: string },
  ): Promise<Delivered>;
  stop(): Promise<void>;
}

const refuse = (status: number, errors: unknown): Answer => ({ status, body: { errors } });

/** A shop of our own with its one app installed by whoever follows the consent link. */
export async function startShopify(options: { redirectUri: string; shop?: string }): Promise<ShopifyStandIn> {
  const { redirectUri, shop = 'acme-store' } = options;
  const domain = `${shop}.myshopify.com`;
  const client = { clientId: randomBytes(16).toString('hex'), clientSecret: `shpss_${randomUUID()}` };
  const objects: ShopifyStandIn['objects'] = { orders: [], customers: [], products: [] };
  const asked: URL[] = [];
  const unknown: string[] = [];
  const codes = new Map<string, string>();
  const tokens = new Map<string, readonly string[]>();
  /** A page's place: what was asked first, and where it goes on. */
  const places = new Map<string, { readonly query: URLSearchParams; readonly offset: number }>();
  let fill = 0;
  let leakedAt = Date.now();
  const waits: number[] = [];
  /** When a list was refused. */
  const refused = new Map<string, number>();

  function authorize({ searchParams: query }: URL): Answer {
    if (query.get('client_id') !== client.clientId) return refuse(400, 'invalid_request: unknown client');
    if (query.get('redirect_uri') !== redirectUri)
      return refuse(400, 'invalid_request: The redirect_uri is not whitelisted');
    const known = ['client_id', 'scope', 'redirect_uri', 'state', 'grant_options[]', 'response_type'];
    unknown.push(...[...query.keys()].filter((name) => !known.includes(name)));
    const code = randomBytes(16).toString('hex');
    codes.set(code, query.get('scope') ?? '');
    const back = new URL(redirectUri);
    const answer = {
      code,
      host: Buffer.from(`${domain}/admin`).toString('base64url'),
      shop: domain,
      state: query.get('state') ?? '',
      timestamp: String(Math.floor(Date.now() / 1000)),
    };
    for (const [name, value] of Object.entries(answer)) back.searchParams.set(name, value);
    const message = new URLSearchParams(answer).toString();
    back.searchParams.set('hmac', createHmac('sha256', client.clientSecret).update(message).digest('hex'));
    return redirect(back);
  }

  function exchange(request: Asked): Answer {
    const { client_id, client_secret, code = '' } = fieldsOf(request);
    const error = (name: string, error_description: string): Answer => ({
      status: 400,
      body: { error: name, error_description },
    });
    if (client_id !== client.clientId || client_secret !== client.clientSecret)
      return error('application_cannot_be_found', 'Could not find Shopify API application.');
    const scope = codes.get(code);
    if (scope === undefined)
      return error('invalid_request', 'The authorization code was not found or was already used');
    codes.delete(code);
    const access_token = `shpat_${randomBytes(16).toString('hex')}`;
    tokens.set(access_token, scope.split(','));
    return { status: 200, body: { access_token, scope } };
  }

  function page(collection: Collection, base: string, { searchParams: query }: URL): Answer {
    const info = query.get('page_info');
    const limit = Number(query.get('limit') ?? 50);
    if (!Number.isInteger(limit) || limit < 1 || limit > 250) return refuse(400, { limit: 'is not valid' });
    for (const name of query.keys()) {
      if (info !== null && !['page_info', 'limit', 'fields'].includes(name))
        return refuse(400, { [name]: `${name} cannot be passed when page_info is present.` });
      if (name === 'page') return refuse(400, { page: 'page cannot be passed.' });
      if (name !== 'page_info' && !params[collection].includes(name)) unknown.push(name);
    }
    const place = info === null ? { query, offset: 0 } : places.get(info);
    if (place === undefined) return refuse(400, { page_info: 'Invalid value.' });
    const { query: first, offset } = place;
    const status = first.get('status') ?? 'open';
    const min = Date.parse(first.get('updated_at_min') ?? '');
    const max = Date.parse(first.get('updated_at_max') ?? '');
    const rows = objects[collection]
      .filter((row) => !(Date.parse(row.updated_at) < min) && !(Date.parse(row.updated_at) > max))
      .filter((row) => collection !== 'orders' || status === 'any' || (row.closed_at ?? null) === null)
      .sort((a, b) => b.id - a.id);
    const links: string[] = [];
    const link = (rel: string, to: number) => {
      const id = randomBytes(12).toString('base64url');
      places.set(id, { query: first, offset: to });
      links.push(`<${base}/${collection}.json?limit=${limit}&page_info=${id}>; rel="${rel}"`);
    };
    if (offset > 0) link('previous', Math.max(0, offset - limit));
    if (offset + limit < rows.length) link('next', offset + limit);
    return {
      status: 200,
      body: { [collection]: rows.slice(offset, offset + limit) },
      headers: links.length === 0 ? {} : { link: links.join(', ') },
    };
  }

  function api(version: string, name: string, { url, headers }: Asked): Answer {
    const scopes = tokens.get(String(headers['x-shopify-access-token'] ?? ''));
    if (scopes === undefined)
      return refuse(401, '[API] Invalid API key or access token (unrecognized login or wrong password)');
    const now = Date.now();
    fill = Math.max(0, fill - ((now - leakedAt) / 1000) * leakPerSecond);
    leakedAt = now;
    const refusedAt = refused.get(name);
    if (refusedAt !== undefined) waits.push(now - refusedAt);
    refused.delete(name);
    if (standIn.overflow) fill = bucketSize;
    standIn.overflow = false;
    if (fill + 1 > bucketSize) {
      refused.set(name, now);
      const said =
        'Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service.';
      return { ...refuse(429, said), headers: { 'retry-after': '2.0' } };
    }
    fill += 1;
    const used = `${Math.ceil(fill)}/${bucketSize}`;
    const served = versions.includes(version) ? version : versions[0];
    const common = {
      'x-shopify-api-version': String(served),
      'x-shopify-shop-api-call-limit': used,
      'x-request-id': randomUUID(),
    };
    const base = `${url.origin}/${shop}/admin/api/${version}`;
    const answer = (): Answer => {
      if (name === 'shop')
        return {
          status: 200,
          body: { shop: { id: 548380009, name: 'Acme', domain, myshopify_domain: domain } },
        };
      if (!Object.hasOwn(objects, name)) return refuse(404, 'Not Found');
      const collection = name as Collection;
      if (!scopes.includes(scopeOf[collection]))
        return refuse(403, `[API] This action requires merchant approval for ${scopeOf[collection]} scope.`);
      return page(collection, base, url);
    };
    const { headers: own, ...rest } = answer();
    return { ...rest, headers: { ...common, ...own } };
  }

  const server = await serveAnswers((request) => {
    const { method, url } = request;
    asked.push(url);
    const [, host, path = ''] = /^\/([^/]+)(\/.*)$/.exec(url.pathname) ?? [];
    if (host !== shop) return refuse(404, 'Not Found');
    if (method === 'GET' && path === '/admin/oauth/authorize') return authorize(url);
    if (method === 'POST' && path === '/admin/oauth/access_token') return exchange(request);
    const [, version, name] = /^\/admin\/api\/(\d{4}-\d{2})\/(\w+)\.json$/.exec(path) ?? [];
    if (method !== 'GET' || version === undefined || name === undefined) return refuse(404, 'Not Found');
    return api(version, name, request);
  });
  const standIn: ShopifyStandIn = {
    place: `${server.url}/{connection.shop}`,
    shop,
    client,
    objects,
    asked,
    unknown,
    overflow: false,
    waits,
    uninstall: () => tokens.clear(),
    deliver(address, topic, payload = {}, { id = randomUUID(), secret = client.clientSecret } = {}) {
      const body = JSON.stringify(payload);
      return post(address, body, {
        'x-shopify-topic': topic,
        'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
        'x-shopify-shop-domain': domain,
        'x-shopify-api-version': '2026-07',
        'x-shopify-webhook-id': id,
        'x-shopify-event-id': randomUUID(),
        'x-shopify-triggered-at': new Date().toISOString(),
      });
    },
    stop: server.stop,
  };
  return standIn;
}
