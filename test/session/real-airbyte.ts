import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { JsonObject } from '../../domain/json.ts';
import { pythonProgram } from '../../tools/python-programs.ts';
import { tester } from '../support/world.ts';
import { ledgerOf } from './ledger.ts';
import { added, type RealScene } from './real-programs.ts';

const users = 250;
const configuration: JsonObject = {
  ...{ count: users, seed: 7, parallelism: 1, records_per_slice: 100, always_updated: false },
};
/** What there is in the table of products whatever is asked. */
const products = 100;

/** The streams of airbyte-source-faker go to Synced, from a definition that the command line wrote. */
export function itReadsFaker(scene: () => RealScene, streams: readonly string[]): void {
  it(`airbyte-source-faker: ${streams.join(', ')} are there after a session, and the next one reads only what is new`, async (test) => {
    const found = await pythonProgram('airbyte-source-faker', (line) => test.diagnostic(line));
    if ('missing' in found) return test.skip(found.missing);
    const { world, programs } = scene();
    programs['source-faker'] = [found.path];
    const { definition, shown } = await added(scene(), 'add-airbyte', found.path, configuration);
    for (const stream of ['products', 'users', 'purchases'])
      assert.match(shown, new RegExp(`^${stream} +${stream} +id +updated_at +what is new$`, 'm'));
    assert.match(shown, /TRIBUTARY_SOURCE_PROGRAMS=source-faker=/);

    const connection = await world.configuring({
      definition: {
        ...{ ...definition, id: 'faker' },
        resources: definition.resources.map((one) => ({ ...one, enabled: streams.includes(one.id) })),
      },
      baseUrl: 'http://127.0.0.1',
    });
    const { _id: id } = connection;
    const port = world.sessions();
    await port.startSession(connection, { kind: 'authorize', by: tester });
    await world.reaches(id, 6);
    await world.deliver(connection, {
      kind: 'credentials',
      payload: { kind: 'configuration', configuration },
    });
    for (const stream of streams) {
      const { read, inserted, quarantined } = await ledgerOf(world, id, 1, stream);
      test.diagnostic(`${stream}: ${read} rows read, ${inserted} inserted`);
      assert.deepEqual([inserted, quarantined], [read, 0]);
      assert.ok(
        read > 0 && (stream !== 'users' || read === users) && (stream !== 'products' || read === products),
      );
    }
    const records = world.stores.records.of(id, 1, 'users');
    const one = (await records.get('250'))?.data;
    assert.equal(typeof (one?.address as { city?: unknown } | undefined)?.city, 'string');
    const bookmark = (await world.stores.cursors.get(id, 1, 'users'))?.value;
    assert.match(bookmark ?? '', /^\{"type":"STREAM".*"loop_offset":250/);

    // One of them is enough: each start of it takes seconds.
    await port.requestSession(connection, { by: tester, scope: { resources: ['users'] } });
    assert.equal((await ledgerOf(world, id, 2, 'users')).read, 0);
    assert.equal(await records.count(), users);
  });
}
