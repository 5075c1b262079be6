import type { Logger } from 'pino';
import { type RawTidyPorts, tidyRaw } from '../activities/retention/raw-tidy.ts';
import { createPeriodic, type Periodic } from './periodic.ts';

/** What the tidying of raw batches needs. */
export interface RawTidyOptions extends RawTidyPorts {
  readonly log: Logger;
  /** Between two rounds. @default 3600000 */
  readonly intervalMs?: number;
}

/** Deletes raw batches of sessions that are over, and plans that ended, once their time is over. */
export const createRawTidy = ({ log, intervalMs = 3_600_000, ...ports }: RawTidyOptions): Periodic =>
  createPeriodic({
    ...{ log, intervalMs },
    failure: 'could not delete old raw batches; it is tried again',
    work: () => tidyRaw(ports),
  });
