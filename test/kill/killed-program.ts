import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { JsonObject } from '../../domain/json.ts';
import { imbalance } from '../../domain/ledger.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { sourceDefinition, tableSource } from '../connectors/airbyte/scene.ts';
import { tableTap, tapDefinition } from '../connectors/singer/scene.ts';
import { tester, type World } from '../support/world.ts';
import { seeded } from './rows.ts';

/** What a program is that reads a table and may be killed. */
export type TableKind = 'tap' | 'source';

const tableSchema: JsonObject = {
  type: 'object',
  required: ['id', 'updated_at'],
  properties: { id: { type: 'integer' }, updated_at: { type: 'string' }, amount: { type: 'integer' } },
};

const places = { incremental: true, schema: tableSchema };
const whole = { deletes: { kind: 'absent' }, schema: tableSchema };

/** Of each kind two apps: one keeps its place by `updated_at`, the other one gives all rows each time. */
export const tableDefinitions: Readonly<
  Record<TableKind, Readonly<Record<'incremental' | 'full', ConnectorDefinition>>>
> = {
  tap: {
    incremental: tapDefinition({ ...places, app: 'tap-places' }),
    full: tapDefinition({ ...whole, app: 'tap-whole' }),
  },
  source: {
    incremental: sourceDefinition({ ...places, app: 'source-places' }),
    full: sourceDefinition({ ...whole, app: 'source-whole' }),
  },
};

/** Programs that a world with these may run. */
export const tablePrograms: Readonly<Record<TableKind, readonly string[]>> = {
  tap: tableTap,
  source: tableSource,
};

/**
 * Rows of a table in the order in which they changed, some keys in several versions; where nobody resumes in the middle,
 * versions also stand in the wrong order.
 */
export function tableRows(count: number, isOrdered: boolean): JsonObject[] {
  const at = (minute: number) => new Date(Date.UTC(2024, 0, 1, 0, minute)).toISOString();
  const rows = Array.from({ length: count }, (_, index) => ({
    id: index % 7 === 0 ? Math.floor(index / 2) : index,
    // Several rows of one time: a bookmark by >= gives them again.
    updated_at: at(index - (index % 3)),
    amount: index,
  }));
  return isOrdered ? rows : rows.toSorted((a, b) => ((a.id * 31) % 101) - ((b.id * 31) % 101));
}

export const linesOf = (rows: readonly JsonObject[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Gives a connection the configuration of its program, as submitted credentials. */
export async function configure(
  world: World,
  { _id: connectionId, generation }: ConnectionDoc,
  configuration: JsonObject,
  seal: World['secrets']['seal'] = world.secrets.seal,
): Promise<void> {
  const credentials = { kind: 'configuration', configuration };
  await world.stores.grants.save({
    connectionId,
    generation,
    account: 'account-1',
    secret: seal({ kind: 'submitted', credentials }, `grant/${connectionId}/${generation}`),
    expiresAt: null,
    endsAt: null,
  });
}

/** Even seeds keep their place, odd ones read the whole table. */
export const isOrdered = (seed: number): boolean => seed % 2 === 0;

/** A connection whose program dies by SIGKILL at rows that the seed says, once each; none without a seed. */
export async function tableConnection(
  world: World,
  folder: string,
  options: {
    readonly kind: TableKind;
    readonly ordered: boolean;
    readonly rows: number;
    readonly seed?: number;
  },
  seal?: World['secrets']['seal'],
): Promise<ConnectionDoc> {
  const { kind, ordered, rows, seed } = options;
  const definition = tableDefinitions[kind][ordered ? 'incremental' : 'full'];
  const connection = await world.started({ definition, baseUrl: 'http://127.0.0.1' });
  const own = join(folder, connection._id);
  await mkdir(own);
  const file = join(own, 'rows.jsonl');
  await writeFile(file, linesOf(tableRows(rows, ordered)));
  const random = seeded(seed ?? 0);
  const at = seed === undefined ? [] : Array.from({ length: 2 }, () => Math.floor(random() * rows));
  const configuration = { file, deaths: { folder: own, at } };
  const asked = { tap: { full: !ordered, bookmarkEvery: 40 }, source: { token: 't', stateEvery: 40 } };
  await configure(world, connection, { ...configuration, ...asked[kind] }, seal);
  return connection;
}

/** Loads unless told that it was begun, waits for Synced, and gives what is left: equal whatever happened on the way. */
export async function recordsOf(
  world: World,
  connection: ConnectionDoc,
  { number = 1, isBegun = false }: { readonly number?: number; readonly isBegun?: boolean } = {},
) {
  const { _id: id } = connection;
  if (!isBegun) await world.sessions().startSession(connection, { kind: 'load', by: tester });
  const session = await world.reaches(id, 19, (one) => one.number === number);
  const [run] = await world.stores.structuring.many(session._id, ['orders']);
  assert.ok(run);
  assert.equal(imbalance(run.ledger), null);
  const records = world.stores.records.of(id, 1, 'orders');
  const quarantined = await world.stores.quarantine.of(id, 1, 'orders').count();
  return { count: await records.count(), digest: await records.digest(), quarantined };
}
