import { setTimeout as delay } from 'node:timers/promises';
import { TributaryError } from '../../../domain/errors.ts';
import type { ProcedureAnswerView, ProcedurePending } from '../../api/schemas/procedures.ts';
import type { TributaryClient } from '../../tributary-client.ts';

const lookEveryMs = 500;
/** A call that has not begun by then was lost: its API died before the engine heard of it. */
const beginsWithinMs = 30_000;

/**
 * The answer of a procedure, waited for where it takes longer than its call.
 * @throws {TributaryError} PROCEDURE_FAILED with its answer when it did not end in OK; PROCEDURE_TAKEN_OVER
 */
export async function settled<Answer extends ProcedureAnswerView>(
  api: TributaryClient,
  id: string,
  answer: Answer | ProcedurePending,
): Promise<Answer | null> {
  if (!('pending' in answer)) return answer;
  const called = Date.now();
  for (;;) {
    const { state, answer: end } = await api.getProcedure(id, answer.number);
    if (state === 'takenOver') throw new TributaryError('PROCEDURE_TAKEN_OVER');
    if (state === 'ended' && end?.responseCode === 'OK') return null;
    if (state === 'ended')
      throw new TributaryError(
        end?.responseCode === 'UNKNOWN_ERROR' ? 'PROCEDURE_FAILED' : 'PROCEDURE_INVALID',
        end?.message,
        { responseCode: end?.responseCode },
      );
    if (state === 'waiting' && Date.now() - called > beginsWithinMs)
      throw new TributaryError('PROCEDURE_FAILED', 'The call was lost before it began: repeat it.');
    await delay(lookEveryMs);
  }
}
