import { setImmediate as nextTurn } from 'node:timers/promises';
import { compareCursors } from '../../domain/cursor.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { createRecordsOfApp } from '../../stores/own-records.ts';
import { resourceOf } from '../connection.ts';
import { hashKeyOf, resourceAfter, rulesOf } from '../loading/fields.ts';
import { createDriftWatch } from '../structuring/drift-watch.ts';
import { type MergeContext, mergeKey } from '../structuring/merge.ts';
import { compileShape, type DeletedRow, type FitRow } from '../structuring/shape.ts';
import { mergeTombstone } from '../structuring/tombstone.ts';
import { createReplayFilter, deletesAbsent } from './choice.ts';
import { compareSources, sourceOf } from './origin.ts';
import {
  noCounts,
  type PreviewedRow,
  type PreviewOutcome,
  previewedRows,
  type QuarantinePorts,
  type QuarantineSelection,
  type ReplayPreview,
} from './room.ts';

const rowsPerTurn = 250;
const keysPerRead = 500;

/** A row that would be merged: of what it holds only what deciding needs. */
type Winner = (Omit<FitRow, 'data'> | DeletedRow) & { readonly id: string };

/**
 * What a replay would make of rows with the definition and the settings as they are now. Judges and compares as
 * structuring does, and writes nothing.
 * @throws {TributaryError} DEFINITION_INVALID
 */
export async function previewReplay(
  ports: QuarantinePorts,
  connection: ConnectionDoc,
  resourceId: string,
  { reason, ids }: QuarantineSelection,
): Promise<ReplayPreview> {
  const { stores } = ports;
  const { _id: connectionId, generation, driftPolicy: policy } = connection;
  const defined = resourceOf(ports.definition(connection.app), resourceId);
  const rules = rulesOf(defined, connection);
  const resource = resourceAfter(defined, rules);
  // Without a key nothing was hashed yet; a preview makes none.
  const key = connection.hashKey === undefined ? Buffer.alloc(32) : await hashKeyOf(ports, connection, rules);
  const filter = createReplayFilter(rules, key);
  const ref = { sessionId: '', connectionId, generation, resource: resourceId };
  const { taken } = await createDriftWatch(ports, ref, { resource, rules, policy });
  const shape = compileShape(resource, taken);

  const counts = noCounts();
  const first: (PreviewedRow | { readonly id: string; readonly key: string })[] = [];
  const winners = new Map<string, Winner>();
  let rows = 0;
  const wanted = { ...(reason === undefined ? {} : { reason }), ...(ids === undefined ? {} : { ids }) };
  for await (const { _id: id, payload } of stores.quarantine
    .of(connectionId, generation, resourceId)
    .choose(wanted)) {
    rows += 1;
    if (rows % rowsPerTurn === 0) await nextTurn();
    const row = shape(filter(payload));
    if (!row.fits) {
      counts.refused += 1;
      const { key: of, reason: why, message } = row;
      if (first.length < previewedRows) first.push({ id, key: of, outcome: 'refused', reason: why, message });
      continue;
    }
    if (first.length < previewedRows) first.push({ id, key: row.key });
    const earlier = winners.get(row.key);
    if (earlier !== undefined) counts.older += 1;
    const { data: _data, ...kept } = { data: null, ...row };
    if (earlier === undefined || isLater({ ...kept, id }, earlier)) winners.set(row.key, { ...kept, id });
  }

  const outcomes = new Map<string, PreviewOutcome>();
  const shown = new Set(first.map(({ id }) => id));
  const place = [connectionId, generation, resourceId] as const;
  const records = createRecordsOfApp(stores.records.of(...place), stores.merges.of(...place).members);
  const tombstones = stores.tombstones.of(connectionId, generation, resourceId);
  const cursor = await stores.cursors.get(connectionId, generation, resourceId);
  const since = { wholeIn: cursor?.wholeIn ?? null, deletesAbsent: deletesAbsent(resource) };
  const keys = [...winners.keys()];
  for (let start = 0; start < keys.length; start += keysPerRead) {
    const part = keys.slice(start, start + keysPerRead);
    const stored = new Map((await records.getMany(part)).map((one) => [one._id, one]));
    const gone = new Map((await tombstones.getMany(part)).map((one) => [one._id, one]));
    for (const of of part) {
      const winner = winners.get(of);
      if (winner === undefined) continue;
      const replayed = { ...since, origins: [winner.id] };
      const context = { sessionId: '', batchId: '', batch: 0, at: ports.now(), replayed };
      const outcome = outcomeOf(winner, stored.get(of), gone.get(of), context);
      counts[outcome] += 1;
      if (shown.has(winner.id)) outcomes.set(winner.id, outcome);
    }
  }
  return {
    rows,
    counts,
    first: first.map((one): PreviewedRow => {
      if ('outcome' in one) return one;
      return { ...one, outcome: outcomes.get(one.id) ?? 'older', reason: null, message: null };
    }),
  };
}

function isLater(one: Winner, other: Winner): boolean {
  const byCursor = compareCursors(one.cursor, other.cursor);
  return byCursor === 0 ? compareSources(sourceOf(one.id), sourceOf(other.id)) >= 0 : byCursor > 0;
}

const words = {
  inserted: 'inserted',
  updated: 'updated',
  unchanged: 'unchanged',
  duplicate: 'older',
  tombstoned: 'deleted',
  filtered: 'unchanged',
} as const;

function outcomeOf(
  winner: Winner,
  stored: Parameters<typeof mergeKey>[0],
  gone: Parameters<typeof mergeKey>[4],
  context: MergeContext,
): PreviewOutcome {
  return winner.deleted
    ? words[mergeTombstone(stored, gone, winner, 0, context).outcome]
    : words[mergeKey(stored, { ...winner, data: {} }, 0, context, gone).outcome];
}
