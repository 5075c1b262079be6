import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { definitionAt } from '../support/apps/at.ts';
import { type AppStage, openStage } from '../support/apps/scene.ts';
import { startShopify } from '../support/apps/shopify.ts';

const minute = 60_000;
const started = Date.now();
/** As Shopify writes times: in the zone of the shop. */
const shopTime = (ms: number) => new Date(ms - 5 * 3_600_000).toISOString().replace(/\.\d+Z$/, '-05:00');
const list = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const order = (index: number) => ({
  id: 5_000_000_000_000 + index,
  name: `#${1000 + index}`,
  order_number: 1000 + index,
  email: `buyer${index}@example.com`,
  created_at: shopTime(started - 600 * minute),
  updated_at: shopTime(started - (index + 60) * minute),
  closed_at: index % 3 === 0 ? shopTime(started - 30 * minute) : null,
  currency: 'CAD',
  total_price: `${index}.50`,
  financial_status: 'paid',
  source_name: 'web',
  customer: { id: 7_000_000_000_000 + (index % 5) },
  line_items: [{ id: index, quantity: 1 }],
});
const buyer = (index: number) => ({
  id: 7_000_000_000_000 + index,
  email: `buyer${index}@example.com`,
  first_name: 'Buyer',
  last_name: String(index),
  created_at: shopTime(started - 900 * minute),
  updated_at: shopTime(started - (index + 90) * minute),
});
const product = (index: number) => ({
  id: 8_000_000_000_000 + index,
  title: `Product ${index}`,
  status: 'active',
  created_at: shopTime(started - 900 * minute),
  updated_at: shopTime(started - (index + 90) * minute),
});

describe('Shopify, by a stand-in that answers as its documents say', { concurrency: 2 }, () => {
  let stage: AppStage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.stop());

  /** A shop with some business, and a connection to it that its owner consented to. */
  async function connected(context: TestContext, orders = 20) {
    const shopify = await startShopify({ redirectUri: stage.redirectUri });
    context.after(() => shopify.stop());
    shopify.objects.orders.push(...list(orders, order));
    shopify.objects.customers.push(...list(5, buyer));
    shopify.objects.products.push(...list(3, product));
    const definition = definitionAt('shopify', { 'https://{connection.shop}.myshopify.com': shopify.place });
    const scene = await stage.set(definition, { client: shopify.client });
    await scene.connect({ shop: shopify.shop });
    return { shopify, scene, first: await scene.synced(1) };
  }

  test('a consent at the shop leads to its records, and the ledger balances', async (context) => {
    const { shopify, scene, first } = await connected(context, 560);
    const ledgers = await scene.ledgers(first);
    assert.deepEqual(
      Object.entries(ledgers).map(([id, { read, inserted }]) => [id, read, inserted]),
      [
        ['orders', 560, 560],
        ['customers', 5, 5],
        ['products', 3, 3],
      ],
    );
    assert.equal((await stage.client.ledger(first._id)).balanced, true);
    const pages = shopify.asked.filter(({ pathname }) => pathname.endsWith('/orders.json'));
    assert.deepEqual(
      pages.map(({ searchParams }) => [searchParams.get('limit'), searchParams.has('page_info')]),
      [
        ['250', false],
        ['250', true],
        ['250', true],
      ],
    );
    // Money stays the text that Shopify wrote.
    const record = await scene.record('orders', '5000000000003');
    assert.deepEqual([record.total_price, record.customer_id], ['3.50', 7_000_000_000_003]);
    const { account, parameters } = await stage.client.getConnection(scene.connectionId);
    assert.deepEqual([account, parameters.shop], ['acme-store.myshopify.com', 'acme-store']);
    assert.deepEqual(shopify.unknown, [], 'parameters that Shopify does not know');
  });

  test('the consent page is asked with commas between scopes and without a code challenge', async (context) => {
    const { shopify } = await connected(context);
    const asked = shopify.asked.find(({ pathname }) => pathname.endsWith('/oauth/authorize'));
    assert.equal(asked?.searchParams.get('scope'), 'read_orders,read_customers,read_products');
    assert.equal(asked?.searchParams.has('code_challenge'), false);
  });

  test('a shop name that is none is refused before anybody is asked', async (context) => {
    const shopify = await startShopify({ redirectUri: stage.redirectUri });
    context.after(() => shopify.stop());
    const definition = definitionAt('shopify', { 'https://{connection.shop}.myshopify.com': shopify.place });
    const scene = await stage.set(definition, { client: shopify.client });
    for (const shop of ['evil.example/', 'Acme', '../x', ''])
      await assert.rejects(scene.connect({ shop }), { code: 'INVALID_INPUT' });
    assert.deepEqual(shopify.asked, []);
  });

  test('a second session reads only what changed', async (context) => {
    const { shopify, scene } = await connected(context);
    const changed = { ...order(4), total_price: '99.00', updated_at: shopTime(started) };
    shopify.objects.orders[4] = changed;
    shopify.objects.orders.push({ ...order(77), updated_at: shopTime(started) });
    shopify.asked.length = 0;
    await scene.load();
    const { orders } = await scene.ledgers(await scene.synced(2));
    // Those of the five minutes before the newest one are read again: the lookback.
    assert.deepEqual([orders?.read, orders?.inserted, orders?.updated, orders?.unchanged], [7, 1, 1, 5]);
    assert.equal(await scene.count('orders'), 21);
    assert.equal((await scene.record('orders', '5000000000004')).total_price, '99.00');
    const [asked] = shopify.asked.filter(({ pathname }) => pathname.endsWith('/orders.json'));
    assert.equal(
      Date.parse(asked?.searchParams.get('updated_at_min') ?? ''),
      Math.floor((started - 65 * minute) / 1000) * 1000,
    );
    assert.equal(asked?.searchParams.get('status'), 'any');
  });

  test('a full bucket is waited for as long as the shop says', async (context) => {
    const { shopify, scene } = await connected(context);
    shopify.overflow = true;
    await scene.load();
    const session = await scene.synced(2);
    const [waitedMs = 0] = shopify.waits;
    assert.ok(waitedMs >= 1_900, `asked again after ${waitedMs} ms`);
    assert.equal((await stage.client.ledger(session._id)).balanced, true);
  });

  test('an app that was removed ends in 8, by the webhook as by the refusal, and is put back by a new consent', async (context) => {
    const { shopify, scene } = await connected(context);
    shopify.uninstall();
    await scene.load();
    await scene.deauthorized();
    assert.equal((await scene.authorizeAgain()).status, 200);
    await scene.synced(3);
    assert.equal(await scene.count('orders'), 20);

    shopify.uninstall();
    const told = await shopify.deliver(scene.hooks.connection, 'app/uninstalled', { id: 548380009 });
    assert.ok(told.status < 300, told.body);
    await scene.deauthorized();
  });

  test('a webhook signed with the client secret starts a session, a forged one is refused', async (context) => {
    const { shopify, scene } = await connected(context);
    const forged = await shopify.deliver(scene.hooks.app, 'orders/create', {}, { secret: 'shpss_other' });
    assert.equal(forged.status, 401);
    shopify.objects.orders.push({ ...order(88), updated_at: shopTime(started) });
    const accepted = await shopify.deliver(scene.hooks.app, 'orders/create', { id: 1 }, { id: 'delivery-1' });
    assert.ok(accepted.status < 300, accepted.body);
    const session = await scene.synced(2);
    assert.equal(await scene.count('orders'), 21);
    const again = await shopify.deliver(scene.hooks.app, 'orders/create', { id: 1 }, { id: 'delivery-1' });
    assert.equal(again.status, 200);
    const ignored = await shopify.deliver(scene.hooks.app, 'customers/data_request', {});
    assert.ok(ignored.status < 300, ignored.body);
    assert.equal((await stage.world.latest(scene.connectionId))._id, session._id);
  });
});
