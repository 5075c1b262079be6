import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { inLivingCompany } from '../../client/api/living-company.ts';
import { companyWorkflowId, lifecycleWorkflowId } from '../../domain/contracts.ts';
import { tributary } from '../client/cli-process.ts';
import { token } from '../client/support.ts';
import { type Scene, setScene } from '../session/scene.ts';
import { pagedDefinition } from '../support/paged-definition.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { type ServedApi, serveApi } from './scene.ts';

describe('companies', { concurrency: 3 }, () => {
  let world: World;
  let api: ServedApi;
  before(async () => {
    world = await startWorld();
    api = await serveApi(world);
  });
  after(async () => {
    await api.stop();
    await world.stop();
  });

  let made = 0;
  /** A company of its own with this many connections, of which the first one is synced and the second one failed. */
  async function company(t: TestContext, count: number): Promise<{ id: string; scenes: Scene[] }> {
    made += 1;
    const id = `company-${made}`;
    await api.client.createCompany({ id, name: `Company ${made}` });
    const scenes: Scene[] = [];
    for (let index = 0; index < count; index++) {
      const scene = await setScene(world, t);
      await world.stores.connections.change(scene.id, () => ({ company: id }));
      scenes.push(scene);
    }
    const [first, second] = scenes;
    if (first !== undefined) {
      await first.load();
      await world.reaches(first.id, 19);
    }
    if (second !== undefined) {
      second.app.faults.fail = { count: 1, status: 400 };
      await second.load();
      await world.reaches(second.id, 11);
    }
    return { id, scenes };
  }
  const cli = (...args: readonly string[]) =>
    tributary(args, { TRIBUTARY_URL: api.url, TRIBUTARY_TOKEN: token });

  it('are listed with one line each, the worst first, and shown with their connections', async (t) => {
    const { id, scenes } = await company(t, 2);
    const { companies } = await api.client.listCompanies();
    const mine = companies.find((one) => one.id === id);
    assert.equal(mine?.statusLine, '1 Needs you, 1 Up to date');
    const empty = await api.client.createCompany({ id: 'empty', name: 'Empty' });
    assert.equal(empty.statusLine, 'No connections');
    const order = (await api.client.listCompanies()).companies.map((one) => one.id);
    assert.ok(order.indexOf(id) < order.indexOf('empty'));
    const shown = await api.client.getCompany(id);
    assert.deepEqual(
      shown.connections.map((one) => [one.id, one.label]).sort(),
      [
        [scenes[0]?.id, 'Up to date'],
        [scenes[1]?.id, 'Needs you'],
      ].sort(),
    );
    const listed = await cli('company', 'list');
    assert.match(listed.stdout, new RegExp(`${id} .*1 Needs you, 1 Up to date`));
  });

  it('are deleted with all their connections and one receipt; a second call has the same one', async (t) => {
    const { id, scenes } = await company(t, 3);
    const running = await setScene(world, t);
    await world.stores.connections.change(running.id, () => ({ company: id }));
    running.app.faults.hold = true;
    await running.load();
    await world.reaches(running.id, 2);
    const deleting = api.client.deleteCompany(id);
    await until('its deletion', async () => {
      const stored = await world.stores.companies.get(id);
      return stored?.deletion === undefined ? { seen: 'a company that lives' } : { found: stored };
    });
    const [answer, joined] = await Promise.all([deleting, api.client.deleteCompany(id, { keepData: true })]);
    running.app.release();
    assert.ok('connections' in answer);
    assert.deepEqual(joined, answer);
    assert.deepEqual(
      answer.connections.map((one) => one.receiptId).sort(),
      [...scenes, running].map((scene) => `${scene.id}/1`).sort(),
    );
    assert.equal(answer.by.id, 'ada');
    for (const { id: connection } of answer.connections) {
      assert.equal((await world.stores.connections.get(connection))?.status, 'DISCONNECTED');
      assert.equal(await world.stores.records.of(connection, 1, 'orders').count(), 0);
    }
    assert.deepEqual(await api.client.verifyCompanyReceipt(id), {
      ...{ id: `${id}/1`, sound: true, deviations: [] },
    });
    assert.deepEqual(await api.client.deleteCompany(id), answer);
    assert.ok(!(await api.client.listCompanies()).companies.some((one) => one.id === id));
    const all = await api.client.listCompanies({ deleted: true });
    assert.equal(all.companies.find((one) => one.id === id)?.statusLine, 'Deleted');

    const verified = await cli('receipt', 'verify', `company/${id}`, '--json');
    assert.deepEqual([verified.code, JSON.parse(verified.stdout).sound], [0, true]);
    const receipts = world.stores.db.collection<{ _id: string }>('companyReceipts');
    await receipts.updateOne({ _id: `${id}/1` }, { $set: { connections: [] } });
    const forged = await cli('receipt', 'verify', `company/${id}`);
    assert.equal(forged.code, 1);
    assert.match(forged.stdout, /1 deviation[\s\S]*not as it was written/);
  });

  it('take no new connections while they are deleted, and live again only when they are made again', async (t) => {
    const { id } = await company(t, 0);
    const definition = pagedDefinition({ id: 'door' });
    world.definitions.set('door', definition);
    const at = new Date();
    await world.stores.apps.put({ _id: 'door', baseUrl: 'http://127.0.0.1:9', updatedAt: at });
    const connect = () => api.client.connect({ company: { id }, app: 'door', id: `door-${id}` });
    const named = () => api.client.connect({ company: { id, name: 'New' }, app: 'door', id: `door-${id}` });

    await world.stores.companies.beginDeletion(id, { by: tester, keepData: false, at });
    await assert.rejects(connect, { code: 'COMPANY_DELETED' });
    await assert.rejects(named, { code: 'COMPANY_DELETED' });
    await assert.rejects(api.client.createCompany({ id, name: 'New' }), { code: 'COMPANY_DELETED' });
    assert.equal(await world.stores.connections.get(`door-${id}`), null);
    assert.ok('connections' in (await api.client.deleteCompany(id)));
    await assert.rejects(connect, { code: 'COMPANY_DELETED' });

    const again = await api.client.createCompany({ id, name: 'Again' });
    assert.deepEqual([again.name, again.deletion], ['Again', null]);
    const { connection } = await connect();
    assert.equal(connection.company, id);
    const second = await api.client.deleteCompany(id);
    assert.deepEqual(
      ['id' in second && second.id, 'id' in second && second.connections.length],
      [`${id}/2`, 1],
    );
    assert.equal((await api.client.verifyCompanyReceipt(id)).sound, true);
  });

  it('end a connection that was made while their deletion began', async (t) => {
    const { id } = await company(t, 0);
    const scene = await setScene(world, t);
    const { stores } = world;
    const make = async () => {
      await stores.companies.beginDeletion(id, { by: tester, keepData: false, at: new Date() });
      return stores.connections.change(scene.id, () => ({ company: id }));
    };
    const deps = { stores, sessions: world.sessions() };
    await assert.rejects(inLivingCompany(deps, id, make), { code: 'COMPANY_DELETED' });
    assert.equal((await stores.connections.get(scene.id))?.status, 'DISCONNECTED');
    const receipt = await api.client.deleteCompany(id);
    assert.equal('connections' in receipt && receipt.connections.length, 1);
  });

  it('with keepData keep the records; without it what a connection kept before goes too', async (t) => {
    const { id, scenes } = await company(t, 1);
    const [scene] = scenes;
    assert.ok(scene);
    const { client } = api;
    await client.deleteCompany(id, { keepData: true });
    const records = world.stores.records.of(scene.id, 1, 'orders');
    assert.equal(await records.count(), 20);
    assert.equal((await client.verifyCompanyReceipt(id)).sound, true);
    const shown = await cli('receipt', 'show', scene.id);
    assert.match(shown.stdout, /data +kept\n[\s\S]*records\S+orders +kept +20/);
    const living = await setScene(world, t);
    const refused = await cli('receipt', 'delete-kept', living.id);
    assert.deepEqual([refused.code, (await client.getConnection(living.id)).status], [2, 'STARTED']);
    await client.createCompany({ id, name: 'Again' });
    const receipt = await client.deleteCompany(id);
    assert.ok('connections' in receipt && !receipt.keptData);
    assert.equal(await records.count(), 0);
    assert.equal((await client.verifyReceipt(scene.id, 1)).sound, true);
    const listed = await cli('receipt', 'list', '--limit', '500');
    assert.match(listed.stdout, new RegExp(`${scene.id}/1 .*kept, deleted`));
  });

  it('take over a procedure of a connection, and join a disconnect of it', async (t) => {
    const { id, scenes } = await company(t, 0);
    const [held, going] = [await setScene(world, t), await setScene(world, t)];
    for (const scene of [held, going])
      await world.stores.connections.change(scene.id, () => ({ company: id }));
    scenes.push(held, going);
    // A procedure that will never end by itself: nobody takes its tasks.
    await world.client.workflow.start('disconnect', {
      ...{ workflowId: lifecycleWorkflowId(held.id), taskQueue: `${world.taskQueue}/nobody` },
      args: [{ connectionId: held.id, by: tester, keepData: false, heartbeatMs: 1_000 }],
    });
    const asked = api.client.deleteCompany(id);
    await until('the other one', async () => {
      const now = await world.stores.connections.get(going.id);
      return now?.status === 'DISCONNECTED' ? { found: true } : { seen: String(now?.status) };
    });
    const handle = world.client.workflow.getHandle(companyWorkflowId(id));
    assert.equal((await handle.describe()).status.name, 'RUNNING', 'it joined the one that hangs');
    await held.port.disconnect(held.connection, { by: tester, keepData: false });
    const receipt = await asked;
    assert.ok('connections' in receipt);
    assert.equal(receipt.connections.length, 2);
  });

  it('ask for their id on the command line, and say no to what is not there', async () => {
    const refused = await cli('company', 'delete', 'nobody');
    assert.equal(refused.code, 4);
    await api.client.createCompany({ id: 'asked', name: 'Asked' });
    const silent = await cli('company', 'delete', 'asked');
    assert.equal(silent.code, 2);
    assert.match(silent.stderr, /add --yes/);
    assert.equal((await api.client.getCompany('asked')).deletion, null);
    const done = await cli('company', 'delete', 'asked', '--yes', '--json');
    assert.deepEqual([done.code, JSON.parse(done.stdout).id], [0, 'asked/1']);
    const notFound = { code: 'NOT_FOUND' };
    await assert.rejects(api.client.deleteCompany('nobody'), notFound);
    await assert.rejects(api.client.getCompanyReceipt('nobody'), notFound);
    await api.client.createCompany({ id: 'living', name: 'Living' });
    await assert.rejects(api.client.getCompanyReceipt('living'), /was not deleted/);
    await assert.rejects(api.client.verifyCompanyReceipt('living'), notFound);
    assert.equal((await cli('receipt', 'show', 'a/b/c')).code, 2);
    assert.equal((await cli('receipt', 'verify', 'nobody/1')).code, 4);
  });
});
