import type { TributaryError } from '../../domain/errors.ts';
import type { ProcedureAnswer } from '../../domain/procedures.ts';

/** What the engine or the store could not do is tried again; everything else is an answer to the caller. */
const triedAgain: readonly string[] = ['STORE_UNAVAILABLE', 'STORE_CONFLICT', 'PROCEDURE_TAKEN_OVER'];

/** The answer of a test that failed: the app's words, then what became of what was given. @throws what is tried again */
export function testFailed(error: TributaryError, outcome: string): ProcedureAnswer {
  if (triedAgain.includes(error.code)) throw error;
  return { responseCode: 'CONNECTION_TEST_FAILED', message: `${error.message} ${outcome}`.slice(0, 1000) };
}
