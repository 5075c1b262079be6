import { isGrpcServiceError, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, TerminatedFailure } from '@temporalio/common';
import type { CallRefusal } from '../domain/contracts.ts';
import { TributaryError } from '../domain/errors.ts';
import { currentOf } from './refusals.ts';

const grpcOutages: readonly number[] = [1, 4, 14];

/** An engine's error as TributaryError where it says that the engine is not there; every other as it is. */
export function engineError(error: unknown): unknown {
  const service = [error, (error as { cause?: unknown } | null)?.cause].find(isGrpcServiceError);
  if (service === undefined || !grpcOutages.includes(service.code)) return error;
  return new TributaryError('ENGINE_UNAVAILABLE', undefined, {}, { cause: error });
}

/** Whether a run was terminated: another one took its place, or a person ended it. */
export const isTerminated = (error: unknown): boolean =>
  error instanceof WorkflowFailedError && error.cause instanceof TerminatedFailure;

/** The workflow's no to a call, as ILLEGAL_MOVE or CONNECTION_HELD with `current` and `allowed`. */
export function refusalOf(error: unknown): TributaryError | undefined {
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure)) return undefined;
  if (cause.type !== 'ILLEGAL_MOVE' && cause.type !== 'CONNECTION_HELD') return undefined;
  const refusal = cause.details?.[0] as CallRefusal | undefined;
  return new TributaryError(cause.type, cause.message, {
    current: currentOf(refusal?.code ?? null),
    allowed: refusal?.allowed ?? [],
  });
}
