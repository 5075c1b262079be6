import { createSyncBaseClient } from '../../activities/sync-base/airtable.ts';
import type { SyncBasePorts } from '../../activities/sync-base/ask.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { SyncBaseDoc } from '../../stores/model.ts';

/**
 * Forgets a base. It stays in Airtable as it is; its webhook is deleted where Airtable can be reached.
 * @returns what there is to say besides; null: nothing
 */
export async function detachBase(
  ports: SyncBasePorts,
  { _id, webhook }: SyncBaseDoc,
  signal: AbortSignal,
): Promise<string | null> {
  const left = await dropWebhook(ports, _id, webhook?.id, signal);
  await ports.stores.syncBases.remove(_id);
  return left;
}

async function dropWebhook(
  ports: SyncBasePorts,
  base: string,
  webhook: string | undefined,
  signal: AbortSignal,
): Promise<string | null> {
  if (webhook === undefined) return null;
  try {
    await createSyncBaseClient(ports, base).deleteWebhook(webhook, signal);
    return null;
  } catch (error) {
    if (!(error instanceof TributaryError)) throw error;
    if (error.code === 'SYNC_BASE_GONE') return null;
    return `Its webhook could not be deleted and ends by itself after seven days. ${error.message}`;
  }
}
