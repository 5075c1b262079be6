import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { StageFailureDetails } from '../../activities/contracts.ts';
import { isReasonCode, type ReasonCode, reasonFor } from '../../domain/reasons.ts';

/** Why a stage ended in its error status. */
export interface StageFailure {
  readonly reason: ReasonCode;
  /** The error's own words, at most 1 KB. */
  readonly detail: string;
  readonly progressed: boolean;
}

/** Reads the error code out of what an activity threw; a time-out of the whole activity is STUCK. */
export function stageFailure(error: unknown): StageFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure)
    return { reason: 'STUCK', detail: 'The stage did not finish in its time.', progressed: false };
  if (cause instanceof ApplicationFailure) {
    const details = cause.details?.[0] as Partial<StageFailureDetails> | undefined;
    return {
      reason: isReasonCode(cause.type) ? cause.type : 'UNKNOWN_ERROR',
      detail: cause.message.slice(0, 1000),
      progressed: details?.progressed === true,
    };
  }
  throw error;
}

/**
 * Why an authorization is given up that only a disturbance kept from its end.
 * @throws what would not have become better by waiting: it was not tried again
 */
export function authorizationFailure(error: unknown): Pick<StageFailure, 'reason' | 'detail'> {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const last = cause instanceof TimeoutFailure ? cause.cause : cause;
  if (last instanceof ApplicationFailure && last.nonRetryable) throw error;
  if (!(cause instanceof TimeoutFailure || last instanceof ApplicationFailure)) throw error;
  const code = last instanceof ApplicationFailure ? last.type : undefined;
  const detail = last instanceof Error ? last.message.slice(0, 1000) : 'It was not tried in time.';
  if (isReasonCode(code) && reasonFor(7, code) !== undefined) return { reason: code, detail };
  return { reason: code?.startsWith('SOURCE_') ? 'SOURCE_UNREACHABLE' : 'UNKNOWN_ERROR', detail };
}
