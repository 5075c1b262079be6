import type { SyncBasePorts } from '../../activities/sync-base/ask.ts';
import type { SyncBaseDoc } from '../../stores/model.ts';
import { type SetUp, type SetUpResult, setUpBase } from './set-up.ts';

/**
 * Makes what a base lost: its tables and fields now, and all rows at the next look. What both sides had last is
 * forgotten, so that no row that is lost counts as deleted by a person; what a row that is still there has otherwise
 * counts as his edit.
 * @throws {TributaryError} as {@link setUpBase}
 */
export async function rebuildBase(
  ports: SyncBasePorts,
  doc: SyncBaseDoc,
  wish: Pick<SetUp, 'by' | 'now'>,
  signal: AbortSignal,
): Promise<SetUpResult> {
  const { stores } = ports;
  const result = await setUpBase(
    ports,
    { ...wish, base: doc._id, everyMs: doc.everyMs, create: true },
    signal,
  );
  await stores.syncBases.rows(doc._id).drop();
  const written = await stores.syncBases.change(doc._id, () => ({ everything: true }));
  return { ...result, doc: written };
}
