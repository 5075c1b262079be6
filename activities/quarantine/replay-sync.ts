import type { Actor } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import { syncRunIdOf } from '../../domain/sync-contracts.ts';
import { syncRecordMachine } from '../../domain/sync-record.ts';
import type { SyncDoc, SyncRecordDoc } from '../../stores/model.ts';
import { replays, retryId } from '../../stores/sync-records.ts';
import { createLines } from './left.ts';
import type { QuarantinePorts, QuarantineSelection } from './room.ts';
import { chooseSyncRows } from './sync-room.ts';

const keysPerList = 2_000;

/**
 * Puts rows of a sync from quarantine back to pending, as if never rejected: the next run takes them. First the lists
 * that this run reads are written, and named in the sync; a call that was cut short can be repeated.
 * @returns how many rows
 * @throws {TributaryError} SYNC_RUN_OPEN while a run is open or paused: it has read already what it looks at
 */
export async function replaySync(
  ports: Pick<QuarantinePorts, 'stores' | 'now'>,
  sync: SyncDoc,
  selection: QuarantineSelection,
  by: Actor,
): Promise<number> {
  const { stores } = ports;
  const { _id: syncId, connectionId, generation } = sync;
  const latest = await stores.syncRuns.get(syncRunIdOf(syncId, sync.latestRun));
  if (latest !== null && latest.endedAt === null)
    throw new TributaryError('SYNC_RUN_OPEN', `Run ${latest._id} is ${latest.status ?? 'beginning'}.`, {
      runId: latest._id,
    });

  const rows = stores.syncRecords.of(syncId);
  const run = syncRunIdOf(syncId, replays);
  const lines = createLines();
  const at = ports.now();
  const keys: string[] = [];
  for await (const doc of chooseSyncRows(ports, syncId, selection)) {
    keys.push(doc._id);
    lines.add(doc.error?.code ?? 'UNKNOWN', { _id: doc._id, payload: doc.fields });
  }
  let list = 0;
  while ((await rows.retry(run, list)) !== null) list += 1;
  if (sync.staged !== null && !sync.staged.retry.includes(replays)) {
    await rows.dropRetries(run, list);
    list = 0;
  }
  const parts = Math.ceil(keys.length / keysPerList);
  for (let part = 0; part < parts; part++) {
    const named = keys.slice(part * keysPerList, (part + 1) * keysPerList);
    await rows.putRetry({ _id: retryId(run, list + part), keys: named });
  }
  // Without an earlier run, or after a change of the mapping, the next one looks at every record.
  await stores.syncs.change(syncId, ({ staged }) =>
    staged === null || staged.retry.includes(replays)
      ? null
      : { staged: { ...staged, retry: [...staged.retry, replays] } },
  );
  const of = { connectionId, generation, resource: sync.model.resource, syncId, by, why: null, at };
  for (const line of lines.docs({ ...of, action: 'replayed', sessionId: null }))
    await stores.quarantineLines.put({ ...line, _id: `${line._id}/${sync.latestRun + 1}` });
  for (let start = 0; start < keys.length; start += keysPerList)
    await rows.putMany(
      (await rows.getMany(keys.slice(start, start + keysPerList))).flatMap((doc) => pending(doc, at)),
    );
  return keys.length;
}

function pending(doc: SyncRecordDoc, at: Date): SyncRecordDoc[] {
  const move = syncRecordMachine.advance(doc.status, 'replay');
  return move.ok ? [{ ...doc, status: move.to, attempts: 0, notBefore: null, error: null, at }] : [];
}
