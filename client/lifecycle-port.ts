import type { Actor } from '../domain/contracts.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ProcedureResult, RunningProcedure } from '../domain/lifecycle.ts';
import type { ProcedureAnswer } from '../domain/procedures.ts';
import type { ConnectionDoc } from '../stores/model.ts';

/** A call of a lifecycle procedure. */
export interface ProcedureRequest {
  readonly name: RunningProcedure;
  readonly by: Actor;
  readonly note?: string | undefined;
  /** Without secrets. */
  readonly arguments?: JsonObject;
  /** Looks at the input after the guard said yes and before anything is written; null: nothing is wrong. */
  readonly validate?: () => Promise<ProcedureAnswer | null>;
  /** Puts away what does not belong into the procedure's document: credentials, sealed. */
  readonly prepare?: (number: number) => Promise<void>;
}

/** The procedure ended with OK, or goes on by itself under this number. */
export type ProcedureOutcome =
  | { readonly pending: false; readonly result: ProcedureResult }
  | { readonly pending: true; readonly number: number };

/** What the API asks of the engine about lifecycles. */
export interface LifecyclePort {
  /**
   * Runs a procedure and waits 20 s for its end.
   * @throws {TributaryError} PROCEDURE_RUNNING naming the one that runs; PROCEDURE_REFUSED, PROCEDURE_INVALID,
   * PROCEDURE_ROLLED_BACK, PROCEDURE_FAILED with `responseCode`; PROCEDURE_TAKEN_OVER; ENGINE_UNAVAILABLE
   */
  procedure(connection: ConnectionDoc, request: ProcedureRequest): Promise<ProcedureOutcome>;
  /** How many processes took work from the pool within the last minute or so. */
  poolPollers(pool: string): Promise<number>;
}
