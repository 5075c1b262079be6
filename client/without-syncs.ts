import { TributaryError } from '../domain/errors.ts';
import type { AutomationsPort } from './automations-port.ts';
import type { SyncSchedules } from './sync-schedules.ts';
import type { SyncsPort } from './syncs-port.ts';

const absent = async (): Promise<never> => {
  throw new TributaryError(
    'ENGINE_UNAVAILABLE',
    'This API was started without an engine for syncs and schedules.',
  );
};

/** What answers in the place of the engine where an API was started without one. */
export const withoutSyncs: SyncsPort = {
  startRun: absent,
  tick: absent,
  cancelRun: absent,
  tidyRun: absent,
  pauseRun: absent,
};
export const withoutSyncSchedules: SyncSchedules = { apply: absent };
export const withoutAutomations: AutomationsPort = { apply: absent, start: absent, there: absent };
