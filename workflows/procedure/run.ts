import type { ProcedureRef } from '../../activities/contracts.ts';
import type { Actor, SessionDurations } from '../../domain/contracts.ts';
import type { RecoverTo } from '../../domain/lifecycle.ts';
import type { ProcedureActivities } from './activities.ts';

/** What the steps of a procedure work with. */
export interface ProcedureRun extends ProcedureActivities {
  readonly ref: ProcedureRef;
  readonly to: RecoverTo;
  readonly callbacks: boolean;
  /** Whose connection it is, and who called. */
  readonly of: { readonly company: string; readonly app: string; readonly by: Actor };
  /** Of a first session; undefined: none is to be started. */
  readonly durations: SessionDurations | undefined;
  /** True once the open session has said that its work has ended; false when it was silent for too long. */
  readonly untilHeld: () => Promise<boolean>;
}
