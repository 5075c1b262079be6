import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { openGrant } from '../../activities/authorization/grant.ts';
import { sourceDefinition, tableSource } from '../connectors/airbyte/scene.ts';
import { linesOf, recordsOf, tableConnection } from '../kill/killed-program.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { ledgerOf } from './ledger.ts';

let world: World;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
  const programs = { source: tableSource };
  world = await startWorld({ batchRows: 150 }, [], { sources: { programs, folders: [] } });
});
after(async () => {
  await world?.stop();
  await rm(folder, { recursive: true });
});

it('a token that the source refuses leads to 7 with its words; one that it rotates is stored; deleted rows go', async () => {
  const deletes = { kind: 'tombstone', field: '_ab_cdc_deleted_at' };
  const definition = sourceDefinition({ incremental: true, deletes, app: 'rotating' });
  const connection = await world.configuring({ definition, baseUrl: 'http://127.0.0.1' });
  const file = join(folder, 'rotating.jsonl');
  const row = (id: number, day: number, more = {}) => ({ id, updated_at: `2024-01-0${day}`, ...more });
  await writeFile(file, linesOf([row(1, 1), row(2, 3, { note: 'new' }), row(2, 2), row(3, 3)]));
  const submit = (token: string) =>
    world.deliver(connection, {
      kind: 'credentials',
      payload: { kind: 'configuration', configuration: { file, token, rotates: true } },
    });
  const port = world.sessions();
  await port.startSession(connection, { kind: 'authorize', by: tester });
  await world.reaches(connection._id, 6);
  await submit('wrong-token');
  const refused = await world.reaches(connection._id, 7);
  assert.equal(refused.reason, 'SOURCE_CONFIGURATION_REFUSED');
  assert.doesNotMatch(JSON.stringify(refused), /wrong-token/);
  assert.equal((await port.call(refused._id, 'retry', { by: tester })).code, 6);
  await submit('token-1');
  const first = await ledgerOf(world, connection._id, 1, 'orders');
  assert.deepEqual([first.read, first.inserted, first.duplicate], [4, 3, 1]);
  const tokenNow = async () => {
    const grant = await world.stores.grants.get(connection._id, 1);
    return JSON.stringify(openGrant(world.secrets, grant, `grant/${connection._id}/1`));
  };
  assert.match(await tokenNow(), /"token-1\+"/);

  await writeFile(file, linesOf([row(1, 1), row(3, 4, { _ab_cdc_deleted_at: '2024-01-04' })]));
  await port.startSession(connection, { kind: 'load', by: tester });
  const second = await ledgerOf(world, connection._id, 2, 'orders');
  assert.deepEqual([second.read, second.tombstoned], [1, 1]);
  assert.match(await tokenNow(), /"token-1\+\+"/);
  assert.equal(await world.stores.records.of(connection._id, 1, 'orders').count(), 2);
});

for (const ordered of [true, false])
  it(`a source that is killed leaves the same records as one that is not, ${ordered ? 'from its states' : 'all rows again'}`, async () => {
    const options = { kind: 'source', ordered, rows: 600 } as const;
    const calm = await recordsOf(world, await tableConnection(world, folder, options));
    const disturbed = await tableConnection(world, folder, { ...options, seed: ordered ? 2 : 3 });
    assert.deepEqual(await recordsOf(world, disturbed), calm);
    assert.ok(calm.count > 500 && calm.quarantined === 0);
  });
