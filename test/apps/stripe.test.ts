import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { definitionAt } from '../support/apps/at.ts';
import { type AppStage, openStage } from '../support/apps/scene.ts';
import { startStripe } from '../support/apps/stripe.ts';

const daySecs = 86_400;
const now = Math.floor(Date.now() / 1000);
const list = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const customer = (index: number) => ({
  id: `cus_${String(index).padStart(4, '0')}`,
  object: 'customer',
  created: now - index * 60,
  email: `customer${index}@example.com`,
  name: `Customer ${index}`,
  balance: 0,
  currency: 'eur',
  livemode: false,
  metadata: {},
});
const charge = (index: number) => ({
  id: `ch_${index}`,
  object: 'charge',
  created: now - index * 60,
  amount: 1000 + index,
  amount_refunded: 0,
  currency: 'eur',
  status: 'succeeded',
  refunded: false,
  customer: `cus_${String(index).padStart(4, '0')}`,
});
const booking = (index: number) => ({
  id: `txn_${index}`,
  object: 'balance_transaction',
  // Every second one is older than what is read again.
  created: now - (index % 2 === 0 ? index : 60 + index) * daySecs,
  amount: 1000,
  fee: 30,
  net: 970,
  currency: 'eur',
  type: 'charge',
  reporting_category: 'charge',
  status: 'available',
});

describe('Stripe, by a stand-in that answers as its documents say', { concurrency: 2 }, () => {
  let stage: AppStage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.stop());

  /** A Stripe account with some business, and a connection to it that was authorized with its key. */
  async function connected(context: TestContext) {
    const stripe = await startStripe();
    context.after(() => stripe.stop());
    stripe.objects.customers.push(...list(250, customer));
    stripe.objects.charges.push(...list(20, charge));
    stripe.objects.balance_transactions.push(...list(10, booking));
    stripe.objects.invoices.push({ id: 'in_1', created: now, currency: 'eur', customer: null, total: 500 });
    stripe.objects.products.push(
      ...['Tea', 'Pot'].map((name, index) => ({ id: `prod_${index}`, created: now, updated: now, name })),
    );
    stripe.objects.subscriptions.push(
      { id: 'sub_1', created: now, customer: 'cus_0000', status: 'active' },
      { id: 'sub_2', created: now, customer: 'cus_0001', status: 'canceled' },
    );
    const definition = definitionAt('stripe', { 'https://api.stripe.com': stripe.url });
    const scene = await stage.set(definition);
    await scene.connect();
    await stage.client.addWebhookSecret(scene.connectionId, { secret: stripe.webhookSecret });
    await scene.submit({ kind: 'bearer', token: stripe.key });
    return { stripe, scene, first: await scene.synced(1) };
  }

  test('a key leads to all objects, page by page, and the ledger balances', async (context) => {
    const { stripe, scene, first } = await connected(context);
    const ledgers = await scene.ledgers(first);
    assert.deepEqual(
      Object.entries(ledgers).map(([id, { read, inserted, recordsAfter }]) => [
        id,
        read,
        inserted,
        recordsAfter,
      ]),
      [
        ['customers', 250, 250, 250],
        ['invoices', 1, 1, 1],
        ['charges', 20, 20, 20],
        // The canceled one too.
        ['subscriptions', 2, 2, 2],
        ['balance_transactions', 10, 10, 10],
        ['products', 2, 2, 2],
      ],
    );
    assert.equal((await stage.client.ledger(first._id)).balanced, true);
    const pages = stripe.asked.filter(({ pathname }) => pathname === '/v1/customers');
    assert.deepEqual(
      pages.map(({ searchParams }) => searchParams.get('starting_after')),
      [null, 'cus_0099', 'cus_0199'],
    );
    assert.equal((await stage.client.getConnection(scene.connectionId)).account, stripe.account);
    assert.equal((await scene.record('charges', 'ch_3')).customer_id, 'cus_0003');
  });

  test('a second session sees changes, removes what is gone and reads only the latest of the books', async (context) => {
    const { stripe, scene } = await connected(context);
    stripe.objects.customers.splice(10, 1);
    stripe.objects.products.pop();
    stripe.objects.charges[0] = { ...charge(0), refunded: true, amount_refunded: 1000 };
    stripe.objects.balance_transactions.push({ ...booking(0), id: 'txn_new', created: now + 5 });
    await scene.load();
    const ledgers = await scene.ledgers(await scene.synced(2));

    const { customers, products, charges, balance_transactions: books } = ledgers;
    assert.deepEqual([customers?.removed, customers?.recordsAfter, customers?.unchanged], [1, 249, 249]);
    assert.deepEqual([products?.removed, products?.recordsAfter], [1, 1]);
    assert.deepEqual([charges?.updated, charges?.removed, charges?.recordsAfter], [1, 0, 20]);
    assert.deepEqual([books?.read, books?.inserted, books?.removed, books?.recordsAfter], [6, 1, 0, 11]);
    const [asked] = stripe.asked.filter(({ searchParams }) => searchParams.has('created[gte]'));
    assert.equal(asked?.searchParams.get('created[gte]'), String(now - 30 * daySecs));
    assert.equal((await stage.client.ledger(`${scene.connectionId}.2`)).balanced, true);
  });

  test('a month of the books is read again by its dates, and the cursor stays where it is', async (context) => {
    const { stripe, scene } = await connected(context);
    stripe.objects.balance_transactions.push({ ...booking(0), id: 'txn_late', created: now - 65 * daySecs });
    const date = (daysAgo: number) => new Date((now - daysAgo * daySecs) * 1000).toISOString();
    const range = { from: date(66), to: date(62) };
    await scene.load({ resources: ['balance_transactions'], range });
    const { balance_transactions: books } = await scene.ledgers(await scene.synced(2));
    assert.deepEqual([books?.inserted, books?.recordsAfter], [1, 11]);
    const asked = stripe.asked.at(-1)?.searchParams;
    assert.ok(Number(asked?.get('created[gte]')) <= now - 66 * daySecs);
    assert.ok(Number(asked?.get('created[lte]')) < now - 61 * daySecs);

    await scene.load({ resources: ['balance_transactions'] });
    await scene.synced(3);
    assert.equal(stripe.asked.at(-1)?.searchParams.get('created[gte]'), String(now - 30 * daySecs));
  });

  test('a list that is asked for too often is waited for', async (context) => {
    const { stripe, scene } = await connected(context);
    stripe.limited = 1;
    await scene.load();
    const session = await scene.synced(2);
    assert.equal(stripe.limited, 0);
    assert.equal((await stage.client.ledger(session._id)).balanced, true);
  });

  test('a key that was rolled ends in 8, and the new key goes on', async (context) => {
    const { stripe, scene } = await connected(context);
    stripe.expired = true;
    await scene.load();
    await scene.deauthorized();
    assert.equal(await scene.count('customers'), 250);

    stripe.expired = false;
    await stage.client.authorize(scene.connectionId);
    await scene.submit({ kind: 'bearer', token: stripe.key });
    await scene.synced(3);
  });

  test('a signed event starts a session, a forged or late one is refused', async (context) => {
    const { stripe, scene } = await connected(context);
    const { connection } = scene.hooks;
    const forged = await stripe.deliver(connection, 'customer.created', {}, { secret: 'whsec_other' });
    assert.equal(forged.status, 401);
    const late = await stripe.deliver(connection, 'customer.created', {}, { at: Date.now() - 600_000 });
    assert.equal(late.status, 401);

    stripe.objects.customers.push({ ...customer(900), created: now });
    const event = { id: 'evt_one' };
    const accepted = await stripe.deliver(connection, 'customer.created', {}, event);
    assert.ok(accepted.status < 300, accepted.body);
    await scene.synced(2);
    assert.equal(await scene.count('customers'), 251);
    const again = await stripe.deliver(connection, 'customer.created', {}, event);
    assert.equal(again.status, 200);
    assert.equal((await stage.world.latest(scene.connectionId)).number, 2);
  });
});
