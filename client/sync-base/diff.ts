import type { ActivityPorts } from '../../activities/ports.ts';
import { createSyncBaseClient } from '../../activities/sync-base/airtable.ts';
import type { SyncBasePorts } from '../../activities/sync-base/ask.ts';
import { tableFaces } from '../../activities/sync-base/tables/index.ts';
import { cellOf, fieldsOfTable, idField, type SyncTableKey, syncTableKeys } from '../../domain/sync-base.ts';
import {
  type Difference,
  differencesOf,
  type KnownSide,
  type TheirSide,
} from '../../domain/sync-base-diff.ts';
import { mostRowsOf } from '../../domain/sync-base-plan.ts';
import { idsOf, schemaFaults, type TableIds } from '../../domain/sync-base-schema.ts';
import type { SyncBaseDoc } from '../../stores/model.ts';
import { syncBaseRowId } from '../../stores/sync-bases.ts';

/** How a base differs. */
export interface BaseDiff {
  /** Of its tables and fields, in sentences. */
  readonly schema: readonly string[];
  readonly differences: readonly Difference[];
  /** Records of the base in our tables. */
  readonly records: number;
}

/**
 * Reads all tables of a base once and compares them with ours; nothing is changed there or here.
 * @throws {TributaryError} as `createAsk`
 */
export async function diffBase(
  ports: SyncBasePorts & Pick<ActivityPorts, 'definition'>,
  doc: SyncBaseDoc,
  now: Date,
  signal: AbortSignal,
): Promise<BaseDiff> {
  const { stores, syncBase } = ports;
  const client = createSyncBaseClient(ports, doc._id);
  const rows = stores.syncBases.rows(doc._id);
  const faces = tableFaces({
    ...{ stores, definition: ports.definition, now: () => now, keepDays: syncBase.keepDays },
    mostRows: mostRowsOf(doc.plan),
    applyAutomation: async () => undefined,
  });
  try {
    const tables = await client.tables(signal);
    const ids = idsOf(tables, doc.ids);
    const differences: Difference[] = [];
    let records = 0;
    for (const key of syncTableKeys) {
      const table = ids[key];
      if (table === undefined) continue;
      const theirs: TheirSide[] = [];
      for await (const page of client.records(table.id, signal))
        theirs.push(...page.map((record) => theirSide(key, table, record)));
      records += theirs.length;
      const known = new Map((await rows.table(key)).map((row) => [row._id, row as KnownSide]));
      const ours = (await faces.find((face) => face.key === key)?.list()) ?? [];
      differences.push(...differencesOf(key, ours, theirs, (id) => known.get(syncBaseRowId(key, id))));
    }
    await stores.syncBases.change(doc._id, () => ({ records }));
    return { schema: schemaFaults(tables, doc.ids).map(({ sentence }) => sentence), differences, records };
  } finally {
    await stores.syncBases.addCalls(doc._id, client.takeCalls(), now);
  }
}

function theirSide(
  key: SyncTableKey,
  { fields }: TableIds,
  { id, cells }: { readonly id: string; readonly cells: Readonly<Record<string, unknown>> },
): TheirSide {
  const named = fieldsOfTable(key).map(({ name, type }) => [name, cellOf(type, cells[fields[name] ?? ''])]);
  const ownId = cells[fields[idField] ?? ''];
  return {
    record: id,
    id: typeof ownId === 'string' && ownId !== '' ? ownId : null,
    cells: Object.fromEntries(named),
  };
}
