import type { ErrorCode } from '../domain/errors.ts';
import { TributaryError } from '../domain/errors.ts';
import { type ProcedureResult, type RunningProcedure, resultOf } from '../domain/lifecycle.ts';
import type { ProcedureAnswer, ResponseCode } from '../domain/procedures.ts';
import type { ConnectionDoc, ProcedureDoc } from '../stores/model.ts';

const errorCodes: Readonly<Record<Exclude<ResponseCode, 'OK'>, ErrorCode>> = {
  INVALID_CONNECTOR_STATUS: 'PROCEDURE_REFUSED',
  INVALID_CONNECTOR_CONFIGURATION_STATUS: 'PROCEDURE_REFUSED',
  PREREQUISITE_NOT_FOUND: 'PROCEDURE_INVALID',
  INVALID_INPUT: 'PROCEDURE_INVALID',
  CONNECTION_TEST_FAILED: 'PROCEDURE_INVALID',
  POOL_ALREADY_USED: 'PROCEDURE_INVALID',
  POOL_INACCESSIBLE: 'PROCEDURE_INVALID',
  INVALID_NEW_STATUS: 'PROCEDURE_INVALID',
  ROLLED_BACK: 'PROCEDURE_ROLLED_BACK',
  UNKNOWN_ERROR: 'PROCEDURE_FAILED',
};

/** Where a procedure of a connection can be looked at. */
export const procedurePath = (connectionId: string, number: number): string =>
  `/api/connections/${connectionId}/procedures/${number}`;

/** An OK as it is. @throws {TributaryError} any other answer, with `responseCode`, `current` and `configurationStatus` */
export function accepted(result: ProcedureResult): ProcedureResult {
  const { responseCode, message, status: current, configurationStatus } = result;
  if (responseCode === 'OK') return result;
  throw new TributaryError(errorCodes[responseCode], message, { responseCode, current, configurationStatus });
}

/** The no of a guard or of validation, before anything ran. */
export function refusedBy({ responseCode, message }: ProcedureAnswer, connection: ConnectionDoc): never {
  accepted(resultOf(responseCode, message, connection));
  throw new TributaryError('UNKNOWN_ERROR', message);
}

/** The 409 of a second call: names the first. @param running null: a disconnect, which has no number */
export function alreadyRunning(
  connectionId: string,
  name: RunningProcedure,
  running: ProcedureDoc | null,
): TributaryError {
  if (running === null)
    return new TributaryError(
      'PROCEDURE_RUNNING',
      `${name} has to wait: connection ${connectionId} is being disconnected.`,
      { running: 'disconnect', procedureAt: `/api/connections/${connectionId}/receipt` },
    );
  const { number, name: first, startedAt, by } = running;
  const since = startedAt.toISOString();
  return new TributaryError(
    'PROCEDURE_RUNNING',
    `${name} has to wait: ${first} of connection ${connectionId} runs since ${since}, called by ${by.id}.`,
    { running: first, since, by, procedureAt: procedurePath(connectionId, number) },
  );
}
