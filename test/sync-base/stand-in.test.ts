import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AirtableStandIn, startAirtable } from '../support/airtable/index.ts';

const dayMs = 86_400_000;
let clock = Date.parse('2026-03-01T00:00:00Z');
let airtable: AirtableStandIn;
before(async () => {
  airtable = await startAirtable({ now: () => clock, perSecond: 1_000, perToken: 1_000 });
});
after(() => airtable.stop());

const select = { name: 'Run', type: 'singleSelect', options: { choices: [{ name: 'Daily' }] } };

/** A base with one table, a token, and how they are asked. */
function scene(scopes?: Parameters<AirtableStandIn['token']>[0]) {
  const base = airtable.addBase([
    {
      name: 'Automations',
      fields: [{ name: 'Id', type: 'singleLineText' }, { name: 'Time', type: 'singleLineText' }, select],
    },
  ]);
  const token = airtable.token(scopes);
  const ask = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${airtable.url}/v0${path}`, {
      ...{ method, headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  };
  const hook = async () => {
    const includes = { includePreviousCellValues: true, includePreviousFieldDefinitions: true };
    const specification = {
      options: { filters: { dataTypes: ['tableData', 'tableFields'] }, includes },
    };
    const made = await ask('POST', `/bases/${base.id}/webhooks`, { specification });
    return `/bases/${base.id}/webhooks/${made.body.id}`;
  };
  return { base, token, ask, hook, person: base.person() };
}

test('payloads tell who edited what, in order, with selects as objects, and are read by a cursor', async () => {
  const { ask, hook, person, base } = scene();
  const path = await hook();
  const record = person.add('Automations', { Id: 'nightly', Time: '06:00', Run: 'Daily' });
  person.edit('Automations', record, { Time: '07:00' });
  person.edit('Automations', record, { Time: '07:00' });
  person.remove('Automations', record);
  const { body } = await ask('GET', `${path}/payloads?cursor=1`);
  assert.equal(body.payloads.length, 3, 'an edit that changes nothing is none');
  assert.deepEqual([body.cursor, body.mightHaveMore], [4, false]);
  const [created, changed, destroyed] = body.payloads;
  assert.equal(created.actionMetadata.source, 'client');
  assert.equal(created.actionMetadata.sourceMetadata.user.email, 'anna@example.com');
  assert.ok(created.baseTransactionNumber < changed.baseTransactionNumber);
  const table = base.table('Automations');
  const [, time, run] = table.fields.map(({ id }) => id);
  const cells = created.changedTablesById[table.id].createdRecordsById[record].cellValuesByFieldId;
  assert.equal(cells[run ?? ''].name, 'Daily');
  const edit = changed.changedTablesById[table.id].changedRecordsById[record];
  assert.deepEqual(edit.current.cellValuesByFieldId, { [time ?? '']: '07:00' });
  assert.deepEqual(edit.previous.cellValuesByFieldId, { [time ?? '']: '06:00' });
  assert.deepEqual(destroyed.changedTablesById[table.id].destroyedRecordIds, [record]);
  assert.deepEqual((await ask('GET', `${path}/payloads?cursor=4`)).body.payloads, []);
});

test('an answer has at most 50 payloads, and what the API writes is told too', async () => {
  const { ask, hook, base } = scene();
  const path = await hook();
  for (let number = 0; number < 60; number += 1)
    await ask('POST', `/${base.id}/Automations`, { fields: { Id: `a${number}` } });
  const first = (await ask('GET', `${path}/payloads`)).body;
  assert.deepEqual([first.payloads.length, first.cursor, first.mightHaveMore], [50, 51, true]);
  assert.equal(first.payloads[0].actionMetadata.source, 'publicApi');
  const second = (await ask('GET', `${path}/payloads?cursor=${first.cursor}`)).body;
  assert.deepEqual([second.payloads.length, second.cursor, second.mightHaveMore], [10, 61, false]);
});

test('a webhook lives seven days from its last reading, can be read seven more, and is gone then', async () => {
  const { ask, hook, person, base } = scene();
  const path = await hook();
  clock += 6 * dayMs;
  await ask('GET', `${path}/payloads`);
  clock += 6 * dayMs;
  person.add('Automations', { Id: 'in-time' });
  assert.equal((await ask('GET', `${path}/payloads`)).body.payloads.length, 1);
  clock += 8 * dayMs;
  person.add('Automations', { Id: 'too-late' });
  assert.equal((await ask('GET', `/bases/${base.id}/webhooks`)).body.webhooks[0].isHookEnabled, false);
  assert.deepEqual((await ask('GET', `${path}/payloads`)).body.payloads, []);
  assert.equal((await ask('POST', `${path}/refresh`)).status, 422);
  clock += 7 * dayMs;
  assert.equal((await ask('GET', `${path}/payloads`)).status, 404);
});

test('webhooks need their scopes, and a base has ten at most', async () => {
  const { ask, hook, base, token } = scene();
  for (let number = 0; number < 10; number += 1) await hook();
  const specification = { options: { filters: { dataTypes: ['tableData'] } } };
  const more = await ask('POST', `/bases/${base.id}/webhooks`, { specification });
  assert.equal(more.body.error.type, 'TOO_MANY_WEBHOOKS_IN_BASE');
  airtable.changeToken(token, { scopes: ['data.records:read', 'schema.bases:read'] });
  assert.equal((await ask('GET', `/bases/${base.id}/webhooks`)).body.error.type, 'INVALID_PERMISSIONS');
});

test('fields that people rename, retype or delete are told; formulas and views cannot be made', async () => {
  const { ask, hook, person, base } = scene();
  const path = await hook();
  const table = base.table('Automations');
  const timeId = table.fields[1]?.id;
  const record = person.add('Automations', { Id: 'a', Time: '06:00', Run: 'Daily' });
  person.renameField('Automations', 'Time', 'Clock');
  person.deleteOption('Automations', 'Run', 'Daily');
  person.deleteField('Automations', 'Clock');
  const { payloads } = (await ask('GET', `${path}/payloads?cursor=2`)).body;
  const tableOf = (number: number) => payloads[number].changedTablesById[table.id];
  const [renamed, option, deleted] = [tableOf(0), tableOf(1), tableOf(2)];
  const field = renamed.changedFieldsById[timeId ?? ''];
  assert.deepEqual([field.previous.name, field.current.name], ['Time', 'Clock']);
  assert.ok(option.changedRecordsById[record]);
  assert.equal(deleted.destroyedFieldIds.length, 1);
  const fields = `/meta/bases/${base.id}/tables/${table.id}/fields`;
  const formula = await ask('POST', fields, { name: 'Age', type: 'formula', options: { formula: '1' } });
  assert.equal(formula.body.error.type, 'UNSUPPORTED_FIELD_TYPE_FOR_CREATE');
  assert.equal((await ask('PATCH', `${fields}/${table.fields[0]?.id}`, { type: 'number' })).status, 422);
  assert.equal((await ask('POST', `/meta/bases/${base.id}/tables/${table.id}/views`, {})).status, 404);
});
