import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { syncRunIdOf } from '../../domain/sync-contracts.ts';
import { planSyncRecord, syncRecordMachine } from '../../domain/sync-record.ts';
import type { ConnectionDoc, SyncDoc, SyncRecordDoc } from '../../stores/model.ts';
import type { OpenRun } from '../sync/open.ts';
import { wanting } from '../sync/wanted.ts';
import { expiresAt } from './expiry.ts';
import { createLines } from './left.ts';
import {
  noCounts,
  noRows,
  type PreviewedRow,
  previewedRows,
  type QuarantineCount,
  type QuarantinedRow,
  type QuarantinePorts,
  type QuarantineRoom,
  type QuarantineSelection,
} from './room.ts';
import { shownPayload } from './session-room.ts';

const keysPerRead = 500;

/** Why a row of a sync is in quarantine: the fault of the mapping, or the destination's own code. */
const reasonOf = ({ error }: Pick<SyncRecordDoc, 'error'>): string => error?.code ?? 'UNKNOWN';

const isOf = (reason: string | undefined, doc: Pick<SyncRecordDoc, 'error'>): boolean =>
  reason === undefined || reason === reasonOf(doc);

/** What the destination would be sent; null where the mapping could not make it. */
const fieldsOf = ({ fields }: Pick<SyncRecordDoc, 'fields'>): JsonObject | null =>
  fields === null || fields === '' ? null : (JSON.parse(fields) as JsonObject);

/** The rows of a sync that are in quarantine, in the order of their keys. */
export async function* chooseSyncRows(
  { stores }: Pick<QuarantinePorts, 'stores'>,
  syncId: string,
  { reason, ids }: QuarantineSelection,
  after: string | null = null,
): AsyncGenerator<SyncRecordDoc> {
  const rows = stores.syncRecords.of(syncId);
  const docs = ids === undefined ? rows.quarantined({}, after) : await rows.getMany(ids);
  for await (const doc of docs) if (doc.status === 'quarantined' && isOf(reason, doc)) yield doc;
}

/** The rows that a sync could not deliver. */
export function createSyncRoom(
  ports: QuarantinePorts,
  connection: ConnectionDoc,
  sync: SyncDoc,
): QuarantineRoom {
  const { stores, days } = ports;
  const { _id: syncId, generation, connectionId } = sync;
  const { resource } = sync.model;
  const choose = (of: QuarantineSelection, after: string | null = null) =>
    chooseSyncRows(ports, syncId, of, after);

  const view = (doc: SyncRecordDoc): QuarantinedRow => ({
    id: doc._id,
    resource,
    reason: reasonOf(doc),
    message: doc.error?.message ?? '',
    key: doc._id,
    place: null,
    runId: syncRunIdOf(syncId, doc.run),
    firstSeenAt: doc.at,
    lastSeenAt: doc.at,
    attempts: doc.attempts,
    expiresAt: expiresAt(connection, doc.at, days),
  });

  const counts = async (): Promise<QuarantineCount[]> => {
    const found = new Map<string, QuarantineCount>();
    for await (const doc of stores.syncRecords.of(syncId).quarantined({ status: 1, error: 1 })) {
      const reason = reasonOf(doc);
      found.set(reason, { resource, reason, rows: (found.get(reason)?.rows ?? 0) + 1 });
    }
    return [...found.values()].sort((a, b) => b.rows - a.rows);
  };

  return {
    counts,
    async check(selection) {
      const none = async () => noRows(selection, await counts(), `sync ${syncId}`);
      if (selection.resource !== undefined && selection.resource !== resource) throw await none();
      let found = 0;
      for await (const _row of choose(selection)) {
        found += 1;
        if (selection.ids === undefined) break;
      }
      if (found === 0 || found < new Set(selection.ids).size) throw await none();
    },
    async page({ resource: only, reason, after, limit }) {
      const rows: QuarantinedRow[] = [];
      if (only !== undefined && only !== resource) return rows;
      for await (const doc of choose({ reason }, after ?? null)) {
        rows.push(view(doc));
        if (rows.length > limit) break;
      }
      return rows;
    },
    async row(id) {
      const doc = await stores.syncRecords.of(syncId).get(id);
      if (doc?.status !== 'quarantined')
        throw new TributaryError('NOT_FOUND', `There is no row "${id}" in the quarantine of ${syncId}.`);
      const record = await stores.records.of(connectionId, generation, resource).get(id);
      const payload: JsonValue = fieldsOf(doc) ?? record?.data ?? null;
      // A field of the row may be any field of the record: of both names the rules hold.
      return { ...view(doc), payload: shownPayload(ports, connection, resource)(payload) };
    },
    lines: (limit) => stores.quarantineLines.list({ connectionId, generation, syncId, limit }),
    async preview(selection) {
      const want = wanting({ sync } as OpenRun);
      const rows = stores.records.of(connectionId, generation, resource);
      const counted = noCounts();
      const first: PreviewedRow[] = [];
      let part: SyncRecordDoc[] = [];
      let all = 0;
      const look = async (): Promise<void> => {
        const records = new Map(
          (await rows.getMany(part.map(({ _id }) => _id))).map((one) => [one._id, one]),
        );
        for (const before of part) {
          const record = records.get(before._id);
          const wanted = record === undefined ? null : want(record);
          const fault = wanted !== null && 'fault' in wanted ? wanted.fault : null;
          const pending = { ...before, status: 'pending' as const };
          const plan = planSyncRecord(pending, wanted?.fingerprint ?? null);
          const outcome =
            fault === null
              ? ({ insert: 'inserted', update: 'updated', delete: 'deleted', skip: 'unchanged' } as const)[
                  plan
                ]
              : 'refused';
          counted[outcome] += 1;
          const why = { reason: fault?.code ?? null, message: fault?.message ?? null };
          if (first.length < previewedRows) first.push({ id: before._id, key: before._id, outcome, ...why });
        }
        all += part.length;
        part = [];
      };
      for await (const doc of choose(selection)) {
        part.push(doc);
        if (part.length === keysPerRead) await look();
      }
      await look();
      return { rows: all, counts: counted, first };
    },
    async discard(selection, { by, why, before, action = 'discarded' }) {
      const rows = stores.syncRecords.of(syncId);
      const lines = createLines();
      const gone: string[] = [];
      const kept: SyncRecordDoc[] = [];
      for await (const doc of choose(selection)) {
        if (before !== undefined && doc.at >= before) continue;
        lines.add(reasonOf(doc), { _id: doc._id, payload: fieldsOf(doc) });
        if (doc.delivered === null) gone.push(doc._id);
        else kept.push(asDelivered(doc, ports.now()));
      }
      const of = { connectionId, generation, resource, syncId, action, by, why, at: ports.now() };
      for (const line of lines.docs({ ...of, sessionId: null })) await stores.quarantineLines.put(line);
      await rows.putMany(kept);
      await rows.remove(gone);
      return gone.length + kept.length;
    },
  };
}

/** The destination keeps what it has of the row, until the record changes or a run looks at every record. */
function asDelivered(doc: SyncRecordDoc, at: Date): SyncRecordDoc {
  const move = syncRecordMachine.advance(doc.status, 'discard');
  if (!move.ok) throw new TributaryError('ILLEGAL_MOVE', `Row ${doc._id} is ${doc.status}.`);
  const nothing = { fields: null, error: null, attempts: 0, notBefore: null };
  return { ...doc, ...nothing, status: move.to, staged: doc.delivered, at };
}
