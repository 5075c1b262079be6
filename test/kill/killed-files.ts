import assert from 'node:assert/strict';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type ConnectorDefinition, definitionSchema } from '../../connectors/definition.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { tester, type World } from '../support/world.ts';
import { configure, recordsOf } from './killed-program.ts';
import { seeded } from './rows.ts';
import type { WritePoint } from './store-wire.ts';
import type { Mortal } from './support.ts';

/** Three files of orders, a packed one among them; keys in several files and broken lines in each. */
export const filesDefinition: ConnectorDefinition = definitionSchema.parse({
  version: 1,
  id: 'killed-files',
  name: 'Killed files',
  kind: 'file',
  auth: {
    kind: 'configuration',
    schema: { type: 'object', required: ['location'], properties: { location: { type: 'string' } } },
  },
  resources: [
    {
      id: 'orders',
      name: 'Orders',
      key: ['id'],
      incremental: { bookmark: true },
      file: { pattern: '*.csv*', format: 'csv' },
      schema: {
        type: 'object',
        required: ['id', 'amount'],
        properties: { id: { type: 'integer' }, amount: { type: 'integer' } },
      },
    },
  ],
});

/** Lines of a table; `broken` of a hundred have a value too many. */
function linesOf(from: number, to: number, amount: number, broken = 1): string {
  return Array.from({ length: to - from }, (_, index) => {
    const id = from + index;
    return `${id},${amount + id}${id % 100 < broken ? ',more' : ''}\n`;
  }).join('');
}

const header = 'id,amount\n';
const added = linesOf(1_000, 1_050, 5);

/** Writes the files; `amended` as they are after they were written anew and added to. */
async function writeFiles(folder: string, amended = false): Promise<void> {
  const first = amended
    ? // Mended in one place, broken in another, and in another order: nothing of it may be passed over.
      linesOf(200, 400, 7) + linesOf(0, 200, 7, 0)
    : linesOf(0, 400, 0);
  await writeFile(join(folder, 'a.csv'), `${header}${first}`);
  await writeFile(join(folder, 'b.csv.gz'), gzipSync(`${header}${linesOf(350, 600, 2)}`));
  // Half a line at its end, which is whole once more has come.
  await writeFile(join(folder, 'c.csv'), `${header}${linesOf(600, 800, 3)}900,`);
  if (amended) await appendFile(join(folder, 'c.csv'), `903\n${added}`);
}

/** A connection with files of its own. */
export async function filesConnection(
  world: World,
  folder: string,
  amended = false,
  seal?: World['secrets']['seal'],
): Promise<ConnectionDoc> {
  const connection = await world.started({ definition: filesDefinition, baseUrl: 'http://127.0.0.1' });
  const location = join(folder, connection._id);
  await mkdir(location);
  await writeFiles(location, amended);
  await configure(world, connection, { location }, seal);
  return connection;
}

/** At which write the worker dies. */
export function deathOf(seed: number): WritePoint {
  const random = seeded(seed + 2_000);
  return {
    matches: ({ collection }) => collection === 'batches' || collection === 'checkpoints',
    nth: 1 + Math.floor(random() * 9),
    when: random() < 0.5 ? 'before' : 'after',
  };
}

/** Odd seeds write the files anew, and add to them, while no worker lives. */
export const isAmended = (seed: number): boolean => seed % 2 === 1;

/** Kills the worker in a session of these files, and gives what is left when it, and one after it, are Synced. */
export async function killedAmongFiles(
  world: World,
  mortal: Mortal,
  { connection, folder, seed }: { connection: ConnectionDoc; folder: string; seed: number },
  last?: 'last',
) {
  const { _id: id } = connection;
  const dead = mortal.killAt(deathOf(seed));
  const port = world.sessions({ heartbeatMs: 1_000, quickMs: 3_000 });
  await port.startSession(connection, { kind: 'load', by: tester });
  await dead;
  if (isAmended(seed)) await writeFiles(join(folder, id), true);
  mortal.start(last);
  const left = await recordsOf(world, connection, { isBegun: true });
  if (!isAmended(seed)) return left;
  // What came too late for the first session.
  await world.closes(id);
  return recordsOf(world, connection, { number: 2 });
}

/** What undisturbed sessions of the files leave: as they are first, and amended. */
export async function undisturbedFiles(world: World, folder: string) {
  const left = new Map<boolean, Awaited<ReturnType<typeof recordsOf>>>();
  for (const amended of [false, true])
    left.set(amended, await recordsOf(world, await filesConnection(world, folder, amended)));
  assert.ok([...left.values()].every(({ count, quarantined }) => count > 500 && quarantined > 5));
  return left;
}
