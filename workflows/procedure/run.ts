import type { ProcedureRef } from '../../activities/contracts.ts';
import type { RecoverTo } from '../../domain/lifecycle.ts';

/** What the steps of a procedure work with. */
export interface ProcedureRun {
  readonly ref: ProcedureRef;
  readonly to: RecoverTo;
  readonly callbacks: boolean;
  /** True once the open session has said that its work has ended; false when it was silent for too long. */
  readonly untilHeld: () => Promise<boolean>;
}
