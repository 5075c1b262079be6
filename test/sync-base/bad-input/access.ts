import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createSyncBaseClient } from '../../../activities/sync-base/airtable.ts';
import { createFace } from '../../../activities/sync-base/face.ts';
import { localEgress } from '../../support/egress.ts';
import type { BaseScene, Scene } from '../scene.ts';

/** Uses the rate of a base up, as other integrations do: everybody is locked out then. */
async function crowd({ airtable }: Scene, baseId: string): Promise<void> {
  const headers = { authorization: `Bearer ${airtable.token()}` };
  const ask = () => fetch(`${airtable.url}/v0/meta/bases/${baseId}/tables`, { headers });
  const answers = await Promise.all(Array.from({ length: 8 }, ask));
  assert.ok(answers.some(({ status }) => status === 429));
}

const locked = ['locked-1', 'locked-2', 'locked-3'];

/** What becomes of a base that is not let in to, or is gone. */
export function accessTests(scene: () => Scene): void {
  let of: BaseScene;
  before(async () => {
    await Promise.all([
      ...locked.map((id) => scene().schedule(id)),
      scene().schedule('quota'),
      scene().schedule('hooked'),
      scene().schedule('rebuilt'),
    ]);
    of = await scene().attach();
    await of.pass();
  });

  test('others use the rate up in a storm of edits: one refusal, the lock-out is kept, and all are taken', async () => {
    const { airtable, stores } = scene();
    const { base, pass, record, row, calls, doc } = of;
    for (const id of locked)
      base.person().edit('Automations', record('Automations', id), { Description: `edit of ${id}` });
    await crowd(scene(), base.id);
    const from = airtable.seen.length;
    assert.equal((await pass()).decision, 'done');
    const refused = calls(from).filter(({ status }) => status === 429);
    assert.ok(refused.length <= 1, `${refused.length} refusals`);
    for (const id of locked) assert.equal((await stores.automations.get(id))?.description, `edit of ${id}`);
    assert.equal(row('Automations', 'locked-1')?.Description, 'edit of locked-1');
    assert.equal((await doc()).problem, null);
  });

  test('the calls of the month are used up: it is told, a pass costs one call, and then it catches up', async () => {
    const { airtable, stores } = scene();
    const { base, pass, record, doc, calls } = of;
    airtable.setQuotaUsedUp(true, base.id);
    base.person().edit('Automations', record('Automations', 'quota'), { Description: 'later' });
    const from = airtable.seen.length;
    assert.equal((await pass(20_000)).decision, 'failed');
    assert.equal(calls(from).length, 1);
    const { problem } = await doc();
    assert.equal(problem?.code, 'DESTINATION_QUOTA');
    assert.match(problem?.text ?? '', /calls of this month are used up/);
    airtable.setQuotaUsedUp(false, base.id);
    assert.equal((await pass()).decision, 'done');
    assert.equal((await stores.automations.get('quota'))?.description, 'later');
    assert.equal((await doc()).problem, null);
  });

  test('a webhook that others deleted is made again, and what was edited meanwhile is taken', async () => {
    const { stores } = scene();
    const { base, pass, record, doc } = of;
    const was = (await doc()).webhook?.id;
    base.dropWebhooks();
    base.person().edit('Automations', record('Automations', 'hooked'), { Time: '03:30' });
    assert.equal((await pass()).decision, 'done');
    assert.equal((await stores.automations.get('hooked'))?.time, '03:30');
    assert.notEqual((await doc()).webhook?.id, was);
  });

  test('a list whose offset dies in the middle is begun again', async () => {
    const { airtable, stores, syncBase } = scene();
    const { base, doc } = await scene().attach();
    for (let number = 0; number < 101; number += 1) base.insert('Logs', { Id: `old-${number}` });
    const known = await doc();
    const face = createFace({
      client: createSyncBaseClient({ stores, egress: localEgress, syncBase }, base.id),
      ...{ doc: () => known, look: async () => false, developers: [], now: () => new Date() },
      signal: AbortSignal.timeout(60_000),
    });
    const path = new RegExp(`/v0/${base.id}/${base.table('Logs').id}/listRecords$`);
    airtable.before('POST', path, () => airtable.before('POST', path, () => base.expireOffsets('Logs')));
    const ids = (await face.list('logs')).map(({ cells }) => cells.Id);
    assert.deepEqual([ids.length, new Set(ids).size], [101, 101]);
  });

  test('two bases show the same, take edits of either, and write each into the other; diff names what differs', async () => {
    const { attach, schedule, stores } = scene();
    await schedule('shared');
    const [one, two] = [of, await attach()];
    const round = () => Promise.all([one.pass(), two.pass()]);
    await round();
    const edit = (of: typeof one, cells: object) =>
      of.base.person().edit('Automations', of.record('Automations', 'shared'), { ...cells });
    edit(one, { Time: '01:11' });
    edit(two, { Description: 'of the second' });
    const differs = (await one.diff()).differences.find(
      ({ row, field }) => row === 'shared' && field === 'Time',
    );
    assert.match(differs?.why ?? '', /changed in Airtable; it is taken at the next look/);
    await round();
    await round();
    const doc = await stores.automations.get('shared');
    assert.deepEqual([doc?.time, doc?.description], ['01:11', 'of the second']);
    for (const { row } of [one, two]) {
      const shown = row('Automations', 'shared');
      assert.deepEqual([shown?.Time, shown?.Description], ['01:11', 'of the second']);
    }
    assert.deepEqual(
      (await two.diff()).differences.filter(({ row }) => row === 'shared'),
      [],
    );
  });

  test('a base whose tables are all lost is rebuilt, and nobody counts as having deleted a row', async () => {
    const { stores } = scene();
    const { base, pass, row, doc, rebuild } = of;
    await stores.automations.change('rebuilt', () => ({ description: 'changed' }));
    for (const name of ['Overview', 'Logs', 'Reports', 'Report Types', 'Automations']) base.removeTable(name);
    assert.equal((await pass()).decision, 'done');
    assert.match((await doc()).problem?.text ?? '', /no table "Overview".*no table "Automations"/s);
    const { made } = await rebuild();
    assert.equal(made.length, 5);
    assert.equal((await pass()).decision, 'done');
    assert.equal(row('Automations', 'rebuilt')?.Time, '06:00');
    assert.ok(base.rows('Logs').length >= 2);
    assert.equal((await stores.automations.get('rebuilt'))?.disabled, false);
  });

  test('a whole base that is deleted is told; the others go on', async () => {
    const { airtable, attach } = scene();
    const [lost, other] = [await attach(), of];
    airtable.removeBase(lost.base.id);
    const outcomes = await Promise.all([lost.pass(30_000), other.pass()]);
    assert.deepEqual(
      outcomes.map(({ decision }) => decision),
      ['failed', 'done'],
    );
    const { problem } = await lost.doc();
    assert.equal(problem?.code, 'SYNC_BASE_GONE');
    assert.match(problem?.text ?? '', new RegExp(`base ${lost.base.id}`));
  });
}

/** What is of the token: one at a time, it is that of all bases. */
export function tokenTests(scene: () => Scene): void {
  test('a token that is revoked between reading and writing: nothing is lost, and a new one catches up', async () => {
    const { airtable, schedule, stores, syncBase, renew, base, pass, record, row, doc } = scene();
    const told = async () => (await stores.alerts.get(`airtable/${base.id}`))?.occurrences ?? 0;
    const earlier = await told();
    await schedule('revoked');
    await pass();
    base.person().edit('Automations', record('Automations', 'revoked'), { Time: '8:08' });
    const path = new RegExp(`/v0/${base.id}/${base.table('Automations').id}$`);
    airtable.before('PATCH', path, () => airtable.revoke(syncBase.token));
    assert.equal((await pass(3_000)).decision, 'failed');
    assert.equal((await stores.automations.get('revoked'))?.time, '08:08', 'what was read is taken');
    assert.equal((await doc()).problem?.code, 'SYNC_BASE_TOKEN_REFUSED');
    assert.equal((await pass(3_000)).decision, 'failed');
    assert.equal(await told(), earlier + 1, 'once, though two passes failed');
    base.person().edit('Automations', record('Automations', 'revoked'), { Description: 'meanwhile' });
    renew();
    assert.equal((await pass()).decision, 'done');
    assert.equal((await stores.automations.get('revoked'))?.description, 'meanwhile');
    assert.equal(row('Automations', 'revoked')?.Time, '08:08');
    assert.equal((await doc()).problem, null);
  });

  test('a scope that is taken away is named, edits are taken all the same, and given back it writes', async () => {
    const { airtable, schedule, stores, syncBase, base, pass, record, row, doc } = scene();
    await schedule('scoped');
    await pass();
    const scopes = ['data.records:read', 'schema.bases:read', 'webhook:manage'] as const;
    airtable.changeToken(syncBase.token, { scopes });
    base.person().edit('Automations', record('Automations', 'scoped'), { Time: '9:09' });
    assert.equal((await pass(3_000)).decision, 'failed');
    assert.equal((await stores.automations.get('scoped'))?.time, '09:09');
    const { problem } = await doc();
    assert.equal(problem?.code, 'SYNC_BASE_SCOPE');
    assert.match(problem?.text ?? '', /To write rows, the token needs data.records:write/);
    airtable.changeToken(syncBase.token, { scopes: [...scopes, 'data.records:write'] });
    assert.equal((await pass()).decision, 'done');
    assert.equal(row('Automations', 'scoped')?.Time, '09:09');
  });

  test('after eight days away the webhook has ended: the tables are listed, and what was edited is taken', async () => {
    const { schedule, stores, syncBase, later, base, pass, record, doc } = scene();
    await schedule('away');
    await pass();
    later(8 * 86_400_000);
    const was = await doc();
    // As it stood eight days ago.
    await stores.syncBases.change(base.id, ({ webhook }) => ({
      webhook: webhook === null ? null : { ...webhook, expiresAt: new Date(Date.now() - 1_000) },
    }));
    base.person().edit('Automations', record('Automations', 'away'), { Description: 'on holiday' });
    assert.equal((await pass()).decision, 'done');
    assert.equal((await stores.automations.get('away'))?.description, 'on holiday');
    const { webhook } = await doc();
    assert.notEqual(webhook?.id, was.webhook?.id);
    const client = createSyncBaseClient({ stores, egress: localEgress, syncBase }, base.id);
    const old = client.payloads(was.webhook?.id ?? '', 1, AbortSignal.timeout(60_000));
    await assert.rejects(old, { code: 'SYNC_BASE_WEBHOOK_GONE' });
  });
}
