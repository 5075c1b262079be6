import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AirtableStandIn, type StandInBase, startAirtable } from '../support/airtable/index.ts';

let airtable: AirtableStandIn;
let base: StandInBase;
let token: string;
before(async () => {
  airtable = await startAirtable({ perSecond: 1_000, perToken: 1_000 });
  base = airtable.addBase([
    {
      name: 'Reports',
      fields: [
        { name: 'Id', type: 'singleLineText' },
        { name: 'Rows', type: 'number', options: { precision: 0 } },
        { name: 'Run', type: 'singleSelect', options: { choices: [{ name: 'Daily' }] } },
      ],
    },
  ]);
  token = airtable.token();
});
after(() => airtable.stop());

interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are Airtable's
  readonly body: any;
}

async function ask(method: string, path: string, body?: object, by = token): Promise<Answered> {
  const answer = await fetch(`${airtable.url}/v0${path}`, {
    ...{ method, headers: { authorization: `Bearer ${by}`, 'content-type': 'application/json' } },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}
const rows = (...fields: readonly object[]) => ({ records: fields.map((one) => ({ fields: one })) });
const upsert = (fieldsToMergeOn: readonly string[], ...fields: readonly object[]) =>
  ask('PATCH', `/${base.id}/Reports`, { performUpsert: { fieldsToMergeOn }, ...rows(...fields) });
const refusal = ({ status, body }: Answered) => [status, body.error?.type ?? body.error];

test('an upsert makes what is not there, changes the one that is, and is refused where two are', async () => {
  const first = await upsert(['Id'], { Id: 'a', Rows: 1 }, { Id: 'b', Rows: 1 });
  assert.equal(first.body.createdRecords.length, 2);
  const second = await upsert(['Id'], { Id: 'a', Rows: 2 }, { Id: 'c' });
  assert.deepEqual(second.body.updatedRecords, [first.body.records[0].id]);
  assert.equal(second.body.createdRecords.length, 1);
  base.insert('Reports', { Id: 'a' });
  const both = await upsert(['Id'], { Id: 'b', Rows: 9 }, { Id: 'a', Rows: 9 });
  assert.equal(both.status, 422, 'several rows of one value');
  assert.equal(base.rows('Reports').filter(({ Rows }) => Rows === 9).length, 0, 'none of them is written');
  assert.equal((await upsert(['Id', 'Rows', 'Run', 'Id'], { Id: 'a' })).status, 422, 'three fields at most');
  assert.equal((await upsert(['Rows'], { Id: 'd' })).status, 422, 'each row must have the field');
  const eleven = Array.from({ length: 11 }, (_, index) => ({ Id: `e${index}` }));
  assert.deepEqual(refusal(await upsert(['Id'], ...eleven)), [422, 'INVALID_RECORDS']);
});

test('of a write one cell that is not right refuses all, and says which', async () => {
  const before = base.rows('Reports').length;
  const write = (...fields: readonly object[]) => ask('POST', `/${base.id}/Reports`, rows(...fields));
  const wrong = await write({ Id: 'x1' }, { Id: 'x2', Rows: 'many' });
  assert.deepEqual(refusal(wrong), [422, 'INVALID_VALUE_FOR_COLUMN']);
  assert.match(wrong.body.error.message, /Field "Rows" cannot accept the provided value/);
  assert.deepEqual(refusal(await write({ Id: 'x', Clock: 1 })), [422, 'UNKNOWN_FIELD_NAME']);
  assert.deepEqual(refusal(await write({ Id: 'x', Run: 'Hourly' })), [
    422,
    'INVALID_MULTIPLE_CHOICE_OPTIONS',
  ]);
  assert.deepEqual(refusal(await write({ Id: 'x'.repeat(100_001) })), [422, 'INVALID_VALUE_FOR_COLUMN']);
  assert.equal(base.rows('Reports').length, before);
});

test('an option is made by typecast, but only for a person who may change fields', async () => {
  const editor = airtable.token({ permission: 'edit' });
  const body = { typecast: true, ...rows({ Id: 'o', Run: 'Yearly' }) };
  const refused = await ask('POST', `/${base.id}/Reports`, body, editor);
  assert.deepEqual(refusal(refused), [422, 'INVALID_MULTIPLE_CHOICE_OPTIONS']);
  assert.equal((await ask('POST', `/${base.id}/Reports`, body)).status, 200);
});

test('a list has pages of a hundred; its offset may die, and a long address is refused', async () => {
  const large = airtable.addBase([{ name: 'Logs', fields: [{ name: 'Id', type: 'singleLineText' }] }]);
  const all = airtable.token();
  for (let index = 0; index < 120; index++) large.insert('Logs', { Id: `l${index}` });
  const list = (query = '') => ask('GET', `/${large.id}/Logs${query}`, undefined, all);
  const first = (await list()).body;
  assert.equal(first.records.length, 100);
  const rest = await list(`?offset=${encodeURIComponent(first.offset)}`);
  assert.deepEqual([rest.body.records.length, rest.body.offset], [20, undefined]);
  assert.equal((await list('?pageSize=101')).status, 422);
  assert.deepEqual(refusal(await list('?offset=somewhere')), [422, 'INVALID_OFFSET_VALUE']);
  large.expireOffsets('Logs');
  const gone = await list(`?offset=${encodeURIComponent(first.offset)}`);
  assert.deepEqual(refusal(gone), [422, 'LIST_RECORDS_ITERATOR_NOT_AVAILABLE']);
  assert.equal((await list(`?filterByFormula=${'x'.repeat(16_000)}`)).status, 414);
  const long = { filterByFormula: `{Id}="${'x'.repeat(16_000)}"` };
  assert.equal((await ask('POST', `/${large.id}/Logs/listRecords`, long, all)).status, 200);
});

test('not known, not allowed and not there are told apart, and as little as Airtable does', async () => {
  const at = `/${base.id}/Reports`;
  assert.deepEqual(refusal(await ask('GET', at, undefined, 'nobody')), [401, 'AUTHENTICATION_REQUIRED']);
  const reader = airtable.token({ permission: 'read' });
  assert.deepEqual(refusal(await ask('POST', at, rows({ Id: 'r' }), reader)), [403, 'INVALID_PERMISSIONS']);
  const stranger = airtable.token({ bases: [] });
  const hidden = [403, 'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND'];
  assert.deepEqual(refusal(await ask('GET', at, undefined, stranger)), hidden);
  assert.deepEqual(refusal(await ask('GET', `/${base.id}/Nothing`)), hidden);
  assert.deepEqual(refusal(await ask('GET', '/nothing')), [404, 'NOT_FOUND']);
  assert.deepEqual(refusal(await ask('PATCH', at, { records: [{ id: 'rec0', fields: {} }] })), [
    422,
    'ROW_DOES_NOT_EXIST',
  ]);
  base.setMostRecords(base.rows('Reports').length);
  assert.equal((await ask('POST', at, rows({ Id: 'one too many' }))).status, 422);
  base.setMostRecords(50_000);
  airtable.setQuotaUsedUp(true);
  const { status, body } = await ask('GET', at);
  airtable.setQuotaUsedUp(false);
  assert.deepEqual([status, body.errors[0].error], [429, 'PUBLIC_API_BILLING_LIMIT_EXCEEDED']);
});

test('the sixth request in a second locks everybody out of the base for a while', async () => {
  const strict = await startAirtable({ lockOutMs: 200 });
  const { id } = strict.addBase();
  const headers = { authorization: `Bearer ${strict.token()}` };
  const tables = () => fetch(`${strict.url}/v0/meta/bases/${id}/tables`, { headers });
  const statuses = await Promise.all(Array.from({ length: 6 }, async () => (await tables()).status));
  assert.deepEqual(statuses.toSorted(), [200, 200, 200, 200, 200, 429]);
  const locked = await tables();
  assert.match(await locked.text(), /RATE_LIMIT_REACHED/);
  let status = 429;
  for (const from = performance.now(); status === 429 && performance.now() - from < 5_000; )
    ({ status } = await tables());
  assert.equal(status, 200);
  await strict.stop();
});

test('payloads name what did it, and tell what was before only to those who asked for it', async () => {
  const hook = async (includes: object) => {
    const options = { filters: { dataTypes: ['tableData', 'tableFields'] }, includes };
    const made = await ask('POST', `/bases/${base.id}/webhooks`, { specification: { options } });
    return `/bases/${base.id}/webhooks/${made.body.id}/payloads`;
  };
  const plain = await hook({});
  const full = await hook({ includePreviousCellValues: true, includePreviousFieldDefinitions: true });
  const record = base.person().add('Reports', { Id: 'told' });
  base.person(undefined, 'automation').edit('Reports', record, { Rows: 7 });
  base.person(undefined, 'formSubmission').add('Reports', { Id: 'of a form' });
  base.person().renameField('Reports', 'Rows', 'Lines');
  const table = base.table('Reports').id;
  const of = async (path: string) => (await ask('GET', path)).body.payloads;
  const [, edited, form, renamed] = await of(plain);
  assert.deepEqual(
    [edited, form].map(({ actionMetadata }) => actionMetadata.source),
    ['automation', 'formSubmission'],
  );
  assert.equal(edited.actionMetadata.sourceMetadata.user, undefined);
  const change = edited.changedTablesById[table].changedRecordsById[record];
  assert.deepEqual(Object.keys(change), ['current']);
  assert.deepEqual(Object.values(renamed.changedTablesById[table].changedFieldsById), [
    { current: { name: 'Lines' } },
  ]);
  const [, whole] = await of(full);
  assert.ok(whole.changedTablesById[table].changedRecordsById[record].previous);
});
