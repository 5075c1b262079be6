import type { Logger } from 'pino';
import { defaultSyncDurations } from '../domain/sync-contracts.ts';
import type { SyncRunDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';
import { createPeriodic, type Periodic } from './periodic.ts';
import type { SyncsPort } from './syncs-port.ts';

/** What the job is made of. */
export interface SyncTidyOptions {
  readonly stores: Pick<Stores, 'syncs' | 'syncRuns'>;
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

  const looksLeft = ({ status, endedAt, since }: SyncRunDoc): boolean =>
    endedAt === null && (status !== 'paused' || now().getTime() - since.getTime() > resumeWindowMs);

  return createPeriodic({
    ...{ log, intervalMs },
    failure: 'could not look at the sync runs that were left; it is tried again',
    work: async () => {
      for (const sync of await stores.syncs.list()) {
        const [latest] = await stores.syncRuns.list(sync, { limit: 1 });
        if (latest !== undefined && looksLeft(latest)) await syncs.tidyRun(sync._id);
      }
    },
  });
}
