import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fieldsOfTable, syncTableKeys, syncTables } from '../../domain/sync-base.ts';
import { fieldToCreate } from '../../domain/sync-base-schema.ts';
import { noStore, startTestApi, type TestApi } from '../client/support.ts';
import { type AirtableStandIn, type StandInBase, startAirtable } from '../support/airtable/index.ts';

let airtable: AirtableStandIn;
let t: TestApi;
let token: string;
let base: StandInBase;
const settings = { token: '' as string | undefined, apiUrl: '', keepDays: 30, developers: [] };

/** Asks for a set-up; another base each time, so that tests do not wait for each other's turns. */
const setUp = async (of: StandInBase, more: object = {}) => {
  const answer = await t.send('POST', '/api/airtable', { base: of.id, ...more });
  return { status: answer.statusCode, body: answer.json() };
};
/** @param full With all tables, as if it had been set up before */
const nextBase = (full = false): StandInBase => {
  const made = airtable.addBase(full ? tables : []);
  const { id } = made;
  airtable.changeToken(token, { bases: [...known, id] });
  known.push(id);
  return made;
};
const known: string[] = [];
const tables = syncTableKeys.map((key) => ({
  name: syncTables[key].name,
  fields: fieldsOfTable(key).map(fieldToCreate),
}));

describe('the SYNC base is set up', { skip: noStore }, () => {
  before(async () => {
    airtable = await startAirtable();
    token = airtable.token({ bases: [] });
    Object.assign(settings, { token, apiUrl: airtable.url });
    t = await startTestApi({ syncBase: settings });
    base = nextBase();
  });
  after(async () => {
    await t.stop();
    await airtable.stop();
  });

  test('makes every table and field, a webhook, and says what a month costs; again it makes nothing', async () => {
    const first = await setUp(base);
    assert.equal(first.status, 200, JSON.stringify(first.body));
    for (const key of syncTableKeys) {
      const { name, fields } = syncTables[key];
      assert.deepEqual(
        base.table(name).fields.map((field) => [field.name, field.type]),
        fields.map((field) => [field.name, field.type]),
      );
    }
    assert.equal(first.body.made.length, syncTableKeys.length);
    assert.equal(first.body.bill.polls, 43_200);
    assert.equal(first.body.base.everySecs, 60);
    assert.equal(first.body.views.length, 2);
    const again = await setUp(base);
    assert.deepEqual([again.body.made, again.body.notes], [[], []]);
    const doc = await t.stores.syncBases.get(base.id);
    assert.equal(
      Object.keys(doc?.ids.automations?.fields ?? {}).length,
      syncTables.automations.fields.length,
    );
    const made = airtable.seen.filter(({ method, path }) => method === 'POST' && path.endsWith('/webhooks'));
    assert.equal(made.length, 1, 'the webhook stays');
    assert.ok((Object.values(doc?.calls ?? {})[0] ?? 0) >= 4, 'calls are counted');
    assert.ok(
      airtable.seen.every(({ status }) => status === 200),
      'not one refusal',
    );
  });

  test('a small plan is looked at less often, and says so', async () => {
    const small = nextBase(true);
    const { body } = await setUp(small, { plan: 'free' });
    assert.equal(body.bill.widened, true);
    assert.ok(body.bill.calls <= 1_000);
    assert.match(body.sentences.join(' '), /too many for this plan; so an edit in Airtable is taken within/);
    const shown = async () => {
      const { bases } = (await t.get('/api/airtable')).json();
      return bases.find((one: { base: string }) => one.base === small.id).sentence;
    };
    assert.doesNotMatch(await shown(), /schedules of now/);
    // As schedules that are added later: the interval of before is too short for them.
    await t.stores.syncBases.change(small.id, () => ({ everyMs: 1_800_000 }));
    assert.match(
      await shown(),
      /about \d,\d+ calls, more than the 80 % of the Free plan's 1,000 .*airtable setup/,
    );
    const { body: large } = await setUp(small, { plan: 'business' });
    assert.equal(large.base.everySecs, 60);
    assert.doesNotMatch(await shown(), /schedules of now/);
  });

  test('a field that was renamed works on; one of another type or an option is told', async () => {
    const one = nextBase(true);
    await setUp(one);
    const person = one.person();
    person.renameField('Automations', 'Time', 'Clock');
    person.deleteOption('Automations', 'Run', 'Weekly');
    const { status, body } = await setUp(one);
    assert.equal(status, 200);
    assert.deepEqual(body.made, []);
    assert.match(body.notes.join(' '), /"Time" in the table "Automations" is called "Clock" now; it works/);
    assert.match(body.notes.join(' '), /has no option "Weekly"/);
    person.deleteField('Automations', 'Description');
    const diff = (await t.get(`/api/airtable/${one.id}/diff`)).json();
    assert.match(diff.schema.join(' '), /There is no field "Description" in the table "Automations"/);
    assert.deepEqual((await setUp(one)).body.made, ['The field "Description" in the table "Automations".']);
    person.retypeField('Automations', 'Name', {
      type: 'checkbox',
      options: { icon: 'check', color: 'greenBright' },
    });
    const refused = await setUp(one);
    assert.deepEqual([refused.status, refused.body.code], [422, 'SYNC_BASE_UNFIT']);
    assert.match(
      refused.body.detail,
      /"Name" in the table "Automations" is checkbox; change it to single line text/,
    );
  });

  test('a base that is not set up cannot be attached as it is, and is left as it is', async () => {
    const empty = nextBase();
    const { status, body } = await setUp(empty, { create: false });
    assert.deepEqual([status, body.code], [422, 'SYNC_BASE_UNFIT']);
    assert.match(body.detail, /There is no table "Overview"/);
    assert.equal(await t.stores.syncBases.get(empty.id), null);
  });

  test('a base that the token does not reach, an id that is none, a token that is refused or missing', async () => {
    const stranger = airtable.addBase();
    const gone = await setUp(stranger);
    assert.deepEqual([gone.status, gone.body.code], [422, 'SYNC_BASE_GONE']);
    assert.match(gone.body.detail, new RegExp(`must reach the base ${stranger.id}`));
    const bad = await t.send('POST', '/api/airtable', { base: 'tbl1' });
    assert.equal(bad.json().faults[0].path, 'body.base');
    settings.token = undefined;
    const none = await setUp(nextBase());
    settings.token = 'pat-of-nobody';
    const refused = await setUp(nextBase());
    settings.token = token;
    assert.deepEqual([none.body.code, refused.body.code], ['SYNC_BASE_NO_TOKEN', 'SYNC_BASE_TOKEN_REFUSED']);
  });

  test('the scope that is missing is named, and once it is there the set-up goes on', async () => {
    const one = nextBase();
    const all = ['data.records:read', 'data.records:write', 'schema.bases:read'] as const;
    airtable.changeToken(token, { scopes: [...all] });
    const noSchema = await setUp(one);
    airtable.changeToken(token, { scopes: [...all, 'schema.bases:write'] });
    const noWebhook = await setUp(one);
    airtable.changeToken(token, { scopes: [...all, 'schema.bases:write', 'webhook:manage'] });
    assert.deepEqual([noSchema.body.code, noWebhook.body.code], ['SYNC_BASE_SCOPE', 'SYNC_BASE_SCOPE']);
    assert.match(noSchema.body.detail, /To make the table "Overview", the token needs schema.bases:write/);
    assert.match(noWebhook.body.detail, /To list webhooks, the token needs webhook:manage/);
    assert.equal((await setUp(one)).status, 200);
  });

  test('while Airtable is away it says so and attaches nothing; in the midst nothing is lost, and again it goes on', async () => {
    const one = nextBase();
    const back = airtable.sever();
    const away = await setUp(one);
    back();
    assert.deepEqual([away.status, away.body.code], [502, 'DESTINATION_UNREACHABLE']);
    assert.match(away.body.detail, /Airtable/);
    assert.deepEqual(await t.stores.syncBases.get(one.id), null);

    let again = (): void => undefined;
    airtable.before('GET', new RegExp(`/bases/${one.id}/webhooks$`), () => {
      again = airtable.sever();
    });
    await setUp(one);
    again();
    const whole = await setUp(one);
    assert.equal(whole.status, 200);
    assert.deepEqual(whole.body.made, [], 'the tables are there already');
    const hooks = airtable.seen.filter(
      ({ method, path, status }) =>
        method === 'POST' && path === `/v0/bases/${one.id}/webhooks` && status === 200,
    );
    assert.equal(hooks.length, 1);
  });

  test('diff says what differs and why; status, rebuild and detach', async () => {
    const one = nextBase(true);
    await setUp(one);
    await t.stores.overview.put({ timestamp: new Date('2026-03-01T00:00:00Z'), versions: {} });
    one.insert('Overview', { Id: 'service', Alive: 0, Timestamp: '2026-03-01T00:00:00.000Z' });
    one.insert('Automations', { Name: 'of a person' });
    const diff = (await t.get(`/api/airtable/${one.id}/diff`)).json();
    const texts: string[] = diff.differences.map(({ text }: { text: string }) => text);
    assert.ok(
      texts.some((text) => /Overview \/ service: Alive is 1 here and 0 in Airtable/.test(text)),
      texts.join('\n'),
    );
    assert.ok(texts.some((text) => /Automations .*A person added it/.test(text)));
    assert.ok(texts.some((text) => /Logs .*not in the base; it is written/.test(text)));
    const rebuilt = await t.send('POST', `/api/airtable/${one.id}/rebuild`);
    assert.equal(rebuilt.statusCode, 200);
    assert.equal((await t.stores.syncBases.get(one.id))?.everything, true);
    const status = (await t.get('/api/airtable')).json();
    assert.equal(status.token, true);
    assert.ok(status.bases.some((shown: { base: string }) => shown.base === one.id));
    const gone = await t.api.inject({
      ...{ method: 'DELETE', url: `/api/airtable/${one.id}` },
      headers: { authorization: 'Bearer a-token-of-the-tests' },
    });
    assert.equal(gone.json().detached, true);
    assert.equal((await t.get(`/api/airtable/${one.id}/diff`)).statusCode, 404);
    const { logs } = (await t.get(`/api/logs?subject=airtable/${one.id}`)).json();
    assert.equal(logs.length, 3);
  });
});
