import { TributaryError } from '../../domain/errors.ts';
import type { ChangeOf } from '../../stores/changed.ts';
import type { SyncDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { isOpen, together } from './sync-calls.ts';

type Deps = Pick<RouteDeps, 'stores'>;

/** @throws {TributaryError} SYNC_RUN_OPEN: what a run delivers now would be taken for the other place's */
export async function refuseWhileOpen({ stores }: Deps, sync: SyncDoc): Promise<void> {
  const { latest } = await together({ stores }, sync);
  if (isOpen(latest))
    throw new TributaryError(
      'SYNC_RUN_OPEN',
      `Run ${latest._id} delivers. Wait until it has ended or cancel it, then change where ${sync._id} delivers.`,
      { runId: latest._id },
    );
}

/**
 * Changes where a sync delivers: what was delivered to the place before says nothing about the new one, so it is
 * forgotten after the change. The version is raised first, which ends a run that began meanwhile.
 */
export async function moveSync(
  { stores }: Deps,
  id: string,
  compute: (sync: SyncDoc) => ChangeOf<SyncDoc>,
): Promise<SyncDoc> {
  const moved = await stores.syncs.change(id, (sync) => ({
    ...compute(sync),
    version: sync.version + 1,
    staged: null,
    resync: null,
  }));
  await stores.syncRecords.of(id).purge();
  return moved;
}
