import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Seen } from '../../support/airtable/index.ts';
import type { BaseScene, Scene } from '../scene.ts';

/** Refused, or of the schema. */
const vain = (calls: readonly Seen[]) =>
  calls.filter(({ status, path }) => status !== 200 || path.includes('/meta/'));

/** What people do to tables, fields and options while the service runs. */
export function schemaTests(scene: () => Scene): void {
  let of: BaseScene;
  before(async () => {
    await Promise.all([
      scene().schedule('options', { run: 'Weekly', weekday: 'Monday' }),
      scene().schedule('less'),
      scene().schedule('retyped', { description: 'kept' }),
      scene().schedule('without'),
      scene().schedule('renamed'),
    ]);
    of = await scene().attach();
    await of.pass();
  });

  test('an option that is renamed or deleted changes nothing here, is told, and comes back', async () => {
    const { stores } = scene();
    const { base, pass, record, row, diff } = of;
    const person = base.person();
    person.renameOption('Automations', 'Run', 'Daily', 'Every day');
    person.edit('Automations', record('Automations', 'options'), { Run: 'Every day' });
    person.deleteOption('Automations', 'Weekday', 'Monday');
    await pass();
    const doc = await stores.automations.get('options');
    assert.deepEqual([doc?.run, doc?.weekday], ['Weekly', 'Monday']);
    assert.match(
      String(row('Automations', 'options')?.Message),
      /Run is "Every day"; it must be one of Daily/,
    );
    assert.match((await diff()).schema.join(' '), /has no option "Monday"/);
    person.edit('Automations', record('Automations', 'options'), { Run: 'Weekly', Weekday: 'Tuesday' });
    await pass();
    assert.equal((await stores.automations.get('options'))?.weekday, 'Tuesday');
    assert.equal(row('Automations', 'options')?.Message, undefined);
    await stores.automations.change('options', () => ({ run: 'Daily', weekday: null }));
    await pass();
    assert.equal(row('Automations', 'options')?.Run, 'Daily');
  });

  test('a field that is deleted stops nothing else, is told, costs no calls, and set-up brings it back', async () => {
    const { airtable, stores } = scene();
    const { base, pass, record, row, doc, setUp, calls } = of;
    base.person().deleteField('Automations', 'Time');
    base.person().edit('Automations', record('Automations', 'less'), { Description: 'still taken' });
    await stores.automations.change('less', () => ({ name: 'Still written', time: '04:44' }));
    await pass();
    assert.equal((await stores.automations.get('less'))?.description, 'still taken');
    assert.equal((await stores.automations.get('less'))?.time, '04:44', 'what is gone there is no edit');
    assert.equal(row('Automations', 'less')?.Name, 'Still written');
    assert.match((await doc()).problem?.text ?? '', /no field "Time" in the table "Automations"/);
    const from = airtable.seen.length;
    await pass();
    assert.deepEqual(vain(calls(from)), [], 'nothing is asked for in vain, and no schema');
    await setUp();
    await pass();
    assert.equal(row('Automations', 'less')?.Time, '04:44');
    assert.equal((await doc()).problem, null);
  });

  test('a field of another type changes nothing here and is told; mended, it shows the truth', async () => {
    const { stores } = scene();
    const { base, pass, record, row, doc } = of;
    const box = { type: 'checkbox', options: { icon: 'check', color: 'greenBright' } };
    base.person().retypeField('Automations', 'Description', box);
    base.person().edit('Automations', record('Automations', 'retyped'), { Name: 'New name' });
    await pass();
    const kept = await stores.automations.get('retyped');
    assert.deepEqual([kept?.description, kept?.name], ['kept', 'New name']);
    assert.match((await doc()).problem?.text ?? '', /"Description".*is checkbox; change it to long text/);
    base.person().retypeField('Automations', 'Description', { type: 'multilineText' });
    await pass();
    await pass();
    assert.equal((await stores.automations.get('retyped'))?.description, 'kept');
    assert.equal(row('Automations', 'retyped')?.Description, 'kept');
    assert.equal((await doc()).problem, null);
  });

  test('a table that is deleted stops no other, is told, costs no calls, and set-up brings it back', async () => {
    const { airtable, stores } = scene();
    const { base, pass, record, row, doc, setUp, calls } = of;
    base.removeTable('Logs');
    base.person().edit('Automations', record('Automations', 'without'), { Description: 'taken' });
    await stores.automations.change('without', () => ({ name: 'Written' }));
    await pass();
    assert.equal((await stores.automations.get('without'))?.description, 'taken');
    assert.equal(row('Automations', 'without')?.Name, 'Written');
    assert.match((await doc()).problem?.text ?? '', /no table "Logs"/);
    const from = airtable.seen.length;
    await pass();
    assert.deepEqual(vain(calls(from)), [], 'nothing is asked for in vain, and no schema');
    await setUp();
    await pass();
    assert.ok(base.rows('Logs').length >= 3);
    assert.equal((await doc()).problem, null);
  });

  test('a table and a field that are renamed work on, both ways', async () => {
    const { stores } = scene();
    const { base, pass, record, row } = of;
    base.renameTable('Automations', 'Plans');
    base.person().renameField('Plans', 'Description', 'About');
    base.person().edit('Plans', record('Plans', 'renamed'), { About: 'from Airtable' });
    await stores.automations.change('renamed', () => ({ time: '09:15' }));
    assert.equal((await pass()).decision, 'done');
    assert.equal((await stores.automations.get('renamed'))?.description, 'from Airtable');
    assert.equal(row('Plans', 'renamed')?.Time, '09:15');
  });
}
