import { sleep } from '@temporalio/workflow';
import type { SessionInput, SessionOutcome } from '../../domain/contracts.ts';
import { session as real } from '../../workflows/session.ts';

/** The session as a careless change would leave it: a timer before everything else. For the replay test. */
export async function session(input: SessionInput): Promise<SessionOutcome> {
  await sleep('1s');
  return real(input);
}
