import type { JsonObject } from '../domain/json.ts';
import type { RunningProcedure } from '../domain/lifecycle.ts';

/** What a callback is told. The same number again is the same call: a worker that died is asked for it once more. */
export interface CallbackCall {
  readonly procedure: RunningProcedure;
  readonly connectionId: string;
  readonly company: string;
  readonly app: string;
  /** Of the procedure, unique in its connection. */
  readonly number: number;
  /** Of the connection, as they are now. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Of the call; never a secret. */
  readonly arguments: JsonObject;
}

/** Thrown by a callback: the procedure is taken back, and the connection is as it was before (document 002). */
export class RollBack extends Error {
  override readonly name = 'RollBack';
}

/**
 * What a connector made of code has to say to the lifecycle of its connections (document 002). Every part may be
 * missing, may be called again after a crash, and has two minutes.
 * @example { before: async ({ procedure }) => { if (procedure === 'pause' && busy()) throw new RollBack('An export runs.'); } }
 */
export interface ConnectorCallbacks {
  /**
   * Asked before anything is written, of every procedure but `recover`.
   * @returns why it refuses (answer INVALID_INPUT), or nothing
   */
  readonly validate?: (call: CallbackCall) => Promise<string | undefined>;
  /**
   * Before the work: `pause` and `resume` are in PAUSING or STARTING, of the others nothing is saved yet.
   * @throws {RollBack} the connection stays as it was; any other error leaves `pause` and `resume` in ERROR, and of the
   * others nothing is saved
   */
  readonly before?: (call: CallbackCall) => Promise<void>;
  /**
   * After the work of `pause` and `resume`, and after the tests of `finalizeConfiguration`; before their last status is
   * written. Throws like `before`.
   */
  readonly after?: (call: CallbackCall) => Promise<void>;
}
