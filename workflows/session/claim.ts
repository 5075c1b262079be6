import type { ClaimResult } from '../../activities/contracts.ts';
import { nearby } from './activities.ts';
import type { SessionRun } from './run.ts';

/** Takes what the inbox has for the present status. */
export async function claim(run: SessionRun): Promise<ClaimResult> {
  run.told = false;
  const found = await nearby(run.quick).claimInbox({
    ...run.ref,
    status: run.status ?? 6,
    since: run.since ?? new Date(0).toISOString(),
    authorizationMs: run.input.durations.authorizationMs,
    tried: run.tried,
  });
  run.left = found.left;
  run.tried.push(...(found.handled ?? []));
  return found;
}
