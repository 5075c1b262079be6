import { type ErrorKind, kind } from './error-row.ts';

/** Why a sync cannot run, or how a run of it ended. */
export const syncErrors = {
  SYNC_RUN_OPEN: kind(409, false, 'A run of the sync is open.', 'Wait until it has ended, or cancel it.'),
  SYNC_DISABLED: kind(409, false, 'The sync is disabled.', 'Enable it first.'),
  MAPPING_INVALID: kind(422, false, 'The mapping has faults.', 'Mend what is listed in "faults".'),
  TARGET_UNFIT: kind(
    422,
    false,
    'The destination cannot take the rows as they are mapped.',
    'Mend what is listed in "faults": there, or in the mapping.',
  ),
  ROWS_REJECTED: kind(
    422,
    false,
    'The destination rejected more rows than the sync allows.',
    'Look at the rejected rows; mend them or the mapping. They are tried again with the next runs.',
  ),
  ROWS_QUARANTINED: kind(
    422,
    false,
    'Every row that the run looked at went to quarantine.',
    'Look at them there; mend the mapping or the records. After a change of the mapping the next run looks at every record.',
  ),
  RESUME_WINDOW_OVER: kind(
    409,
    false,
    'The run was paused for too long.',
    'Nothing: the next run stages again what it did not deliver.',
  ),
  SYNC_CHANGED: kind(
    409,
    false,
    'The sync was changed before the run was done.',
    'Nothing: the next run stages again by the sync as it is now.',
  ),
  RUN_ABANDONED: kind(
    500,
    false,
    'The run was ended from outside.',
    'Nothing: the next run stages again what it did not deliver.',
  ),
} as const satisfies Record<string, ErrorKind>;
