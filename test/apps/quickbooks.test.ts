import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { definitionAt } from '../support/apps/at.ts';
import { startQuickBooks } from '../support/apps/quickbooks.ts';
import { type AppStage, openStage } from '../support/apps/scene.ts';
import { disconnectPlanned } from '../support/disconnect.ts';

const minute = 60_000;
const started = Math.floor(Date.now() / 1000) * 1000;
/** As QuickBooks writes times: with the offset of the Pacific coast. */
const pacific = (ms: number) => new Date(ms - 8 * 3_600_000).toISOString().replace(/\.\d+Z$/, '-08:00');
const meta = (ms: number) => ({
  MetaData: { CreateTime: pacific(started - 9_000 * minute), LastUpdatedTime: pacific(ms) },
});
const list = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const customer = (index: number) => ({
  Id: String(index + 1),
  SyncToken: '0',
  DisplayName: `Customer ${index}`,
  Active: index !== 3,
  Balance: index,
  CurrencyRef: { value: 'USD', name: 'United States Dollar' },
  PrimaryEmailAddr: { Address: `customer${index}@example.com` },
  ...meta(started - (index + 60) * minute),
});
const invoice = (index: number) => ({
  Id: String(index + 100),
  SyncToken: '1',
  DocNumber: String(1000 + index),
  TxnDate: '2026-10-01',
  DueDate: '2026-11-01',
  TotalAmt: 100.5 + index,
  Balance: 0,
  CurrencyRef: { value: 'USD' },
  CustomerRef: { value: '1', name: 'Customer 0' },
  ...meta(started - (index + 60) * minute),
});

describe('QuickBooks Online, by a stand-in that answers as its documents say', { concurrency: 2 }, () => {
  let stage: AppStage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.stop());

  async function company(context: TestContext, invoices = 12) {
    const books = await startQuickBooks({ redirectUri: stage.redirectUri });
    context.after(() => books.stop());
    books.objects.Customer.push(...list(8, customer));
    books.objects.Invoice.push(...list(invoices, invoice));
    books.objects.Account.push({
      Id: '1',
      Name: 'Bank',
      AccountType: 'Bank',
      Active: true,
      ...meta(started),
    });
    books.objects.Item.push({ Id: '1', Name: 'Hours', Type: 'Service', Active: true, ...meta(started) });
    const definition = definitionAt('quickbooks', {
      'https://quickbooks.api.intuit.com': books.url,
      'https://appcenter.intuit.com': books.url,
      'https://oauth.platform.intuit.com': books.url,
      'https://developer.api.intuit.com': books.url,
    });
    const scene = await stage.set(definition, { client: books.client, webhookSecret: books.verifierToken });
    return { books, scene };
  }

  /** A company with some books, and a connection to it that was consented to. */
  async function connected(context: TestContext, invoices?: number) {
    const { books, scene } = await company(context, invoices);
    await scene.connect();
    return { books, scene, first: await scene.synced(1) };
  }

  test('a consent leads to the books of the company that was chosen, and the ledger balances', async (context) => {
    const { books, scene, first } = await connected(context, 2_100);
    const ledgers = await scene.ledgers(first);
    assert.deepEqual(
      Object.entries(ledgers).map(([id, { read, inserted }]) => [id, read, inserted]),
      [
        // The inactive one too.
        ['customers', 8, 8],
        ['invoices', 2_100, 2_100],
        ['payments', 0, 0],
        ['accounts', 1, 1],
        ['items', 1, 1],
        ['bills', 0, 0],
      ],
    );
    assert.equal((await stage.client.ledger(first._id)).balanced, true);
    const { account, grant } = await stage.client.getConnection(scene.connectionId);
    assert.equal(account, books.realmId);
    assert.equal(grant?.daysLeft, 100);
    const { id, name, email, active, updated_at } = await scene.record('customers', '4');
    assert.deepEqual(
      [id, name, email, active, updated_at],
      ['4', 'Customer 3', 'customer3@example.com', false, customer(3).MetaData.LastUpdatedTime],
    );
    const pages = books.asked.filter(({ searchParams }) =>
      searchParams.get('query')?.includes('FROM Invoice'),
    );
    assert.deepEqual(
      pages.map(({ searchParams }) => /STARTPOSITION (\d+)/.exec(searchParams.get('query') ?? '')?.[1]),
      ['1', '1001', '2001', '2101'],
    );
  });

  test('a consent that is refused ends in 7', async (context) => {
    const { books, scene } = await company(context);
    books.denies = true;
    await scene.connect().catch(() => undefined);
    const session = await stage.world.reaches(scene.connectionId, 7);
    assert.equal(session.reason, 'CONSENT_DENIED');
  });

  test('a second session reads only what changed', async (context) => {
    const { books, scene } = await connected(context);
    books.objects.Invoice[5] = { ...invoice(5), Balance: 7, ...meta(started) };
    books.asked.length = 0;
    await scene.load();
    const { invoices, customers } = await scene.ledgers(await scene.synced(2));
    // The lookback reads those of the last five minutes before the newest again.
    assert.deepEqual([invoices?.read, invoices?.updated, invoices?.unchanged], [6, 1, 5]);
    assert.deepEqual([customers?.read, customers?.unchanged], [6, 6]);
    assert.equal((await scene.record('invoices', '105')).balance, 7);
    const asked = books.asked
      .map(({ searchParams }) => searchParams.get('query'))
      .find((text) => text?.includes('Customer'));
    assert.equal(
      asked,
      `SELECT * FROM Customer WHERE Active IN (true, false) AND MetaData.LastUpdatedTime >= '${new Date(started - 65 * minute).toISOString()}' ORDERBY Id STARTPOSITION 1 MAXRESULTS 1000`,
    );
  });

  test('an invoice that was deleted is gone after a full refresh', async (context) => {
    const { books, scene } = await connected(context);
    books.objects.Invoice.splice(2, 1);
    await scene.load();
    const { invoices: changed } = await scene.ledgers(await scene.synced(2));
    assert.deepEqual([changed?.removed, changed?.recordsAfter], [0, 12]);
    await scene.load({ resources: ['invoices'], full: true });
    const { invoices } = await scene.ledgers(await scene.synced(3));
    assert.deepEqual([invoices?.read, invoices?.removed, invoices?.recordsAfter], [11, 1, 11]);
  });

  test('an access token that ended is refreshed once, and the new refresh token takes the place of the old one', async (context) => {
    const { books, scene } = await connected(context);
    for (const number of [2, 3]) {
      books.expireAccess();
      await scene.load();
      await scene.synced(number);
      assert.equal(books.refreshes(), number - 1);
    }
    // Each refresh token was used once: the stand-in refuses a second use.
    assert.equal(new Set(books.replaced).size, 2);
    assert.equal(await scene.count('invoices'), 12);
  });

  test('a company that disconnected the app ends in 8; another company is refused, the same one goes on', async (context) => {
    const { books, scene } = await connected(context);
    books.disconnect();
    await scene.load();
    await scene.deauthorized();

    books.chosenRealm = '1234567890123456';
    await scene.authorizeAgain();
    const refused = await stage.world.reaches(scene.connectionId, 7);
    assert.equal(refused.reason, 'ACCOUNT_MISMATCH');
    const { account, parameters } = await stage.client.getConnection(scene.connectionId);
    assert.deepEqual([account, parameters.realmId], [books.realmId, books.realmId]);

    books.chosenRealm = books.realmId;
    await scene.authorizeAgain();
    await stage.world.reaches(scene.connectionId, 19);
    assert.equal(await scene.count('invoices'), 12);
  });

  test('a company that is asked too often is waited for', async (context) => {
    const { books, scene } = await connected(context);
    books.limited = 1;
    await scene.load();
    const session = await scene.synced(2);
    assert.equal(books.limited, 0);
    assert.equal((await stage.client.ledger(session._id)).balanced, true);
  });

  test('a signed delivery finds its connection by the company, a forged one is refused', async (context) => {
    const { books, scene } = await connected(context);
    const created = { type: 'qbo.invoice.created.v1', entityId: '900', id: 'event-1' };
    const forged = await books.deliver(scene.hooks.app, [created], { secret: 'another token' });
    assert.equal(forged.status, 401);

    books.objects.Invoice.push({ ...invoice(800), ...meta(started) });
    const stranger = { type: 'qbo.invoice.created.v1', realmId: '5555555555' };
    const accepted = await books.deliver(scene.hooks.app, [created, stranger]);
    // Intuit takes nothing but 200 for an answer.
    assert.equal(accepted.status, 200, accepted.body);
    await scene.synced(2);
    assert.equal(await scene.count('invoices'), 13);
    assert.equal((await books.deliver(scene.hooks.app, [created])).status, 200);
    assert.equal((await stage.world.latest(scene.connectionId)).number, 2);
  });

  test('a disconnect takes the grant back at Intuit', async (context) => {
    const { books, scene } = await connected(context);
    const receipt = await disconnectPlanned(stage.client, scene.connectionId);
    assert.ok('grantRevoked' in receipt && receipt.grantRevoked);
    assert.equal(books.revoked.length, 1);
  });
});
