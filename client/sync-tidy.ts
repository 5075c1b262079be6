import type { Logger } from 'pino';
import { defaultSyncDurations } from '../domain/sync-contracts.ts';
import { isResumeWindowOver } from '../domain/sync-window.ts';
import type { SyncRunDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';
import { createPeriodic, type Periodic } from './periodic.ts';
import type { SyncsPort } from './syncs-port.ts';

/** What the job is made of. */
export interface SyncTidyOptions {
  readonly stores: Pick<Stores, 'syncs' | 'syncRuns' | 'connections'>;
  readonly syncs: Pick<SyncsPort, 'tidyRun'>;
  readonly log: Logger;
  /** As the port freezes it into its runs. @default seven days */
  readonly resumeWindowMs?: number;
  /** Between two rounds. @default 600000 */
  readonly intervalMs?: number;
  readonly now?: () => Date;
}

/**
 * Ends runs that no trigger comes to end: those that were paused for too long (RESUME_WINDOW_OVER), and those whose
 * execution was ended from outside (RUN_ABANDONED). Whether somebody works for a run, the engine says.
 */
export function createSyncTidy(options: SyncTidyOptions): Periodic {
  const { stores, syncs, log, resumeWindowMs = defaultSyncDurations.resumeWindowMs } = options;
  const { intervalMs = 600_000, now = () => new Date() } = options;

  async function looksLeft({ status, endedAt, since, connectionId }: SyncRunDoc): Promise<boolean> {
    if (endedAt !== null) return false;
    if (status !== 'paused') return true;
    const connection = await stores.connections.get(connectionId);
    if (connection === null) return false;
    const standing = { status: connection.status, statusSince: connection.changedAt?.status ?? null };
    return isResumeWindowOver(since, standing, resumeWindowMs, now());
  }

  return createPeriodic({
    ...{ log, intervalMs },
    failure: 'could not look at the sync runs that were left; it is tried again',
    work: async () => {
      for (const sync of await stores.syncs.list()) {
        const [latest] = await stores.syncRuns.list(sync, { limit: 1 });
        if (latest !== undefined && (await looksLeft(latest))) await syncs.tidyRun(sync._id);
      }
    },
  });
}
