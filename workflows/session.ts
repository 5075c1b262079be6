import { CancellationScope } from '@temporalio/workflow';
import type { SessionInput, SessionOutcome } from '../domain/contracts.ts';
import type { SessionStatus } from '../domain/session.ts';
import { advance } from './session/advance.ts';
import { awaitAuthorization, awaitFinalization } from './session/authorization.ts';
import { begin } from './session/begin.ts';
import { decide } from './session/decision.ts';
import { finish, settled } from './session/finish.ts';
import { listen } from './session/handlers.ts';
import { awaitWebhook, load } from './session/loading.ts';
import { createSessionRun, type SessionRun } from './session/run.ts';
import { deduplicate, process, publish, structure } from './session/stages.ts';

type Open = Exclude<SessionStatus, 8 | 19 | 26>;

/** The story of a session (document 000): what it does in each status until it is in a final one. */
const story: Readonly<Record<Open, (run: SessionRun) => Promise<void>>> = {
  6: awaitAuthorization,
  7: decide,
  20: decide,
  9: awaitFinalization,
  25: awaitWebhook,
  2: load,
  11: decide,
  23: decide,
  12: (run) => advance(run, [{ event: 'structure', reason: 'STRUCTURING' }]),
  13: structure,
  14: decide,
  15: (run) => advance(run, [{ event: 'process', reason: 'PROCESSING' }]),
  16: process,
  17: decide,
  18: (run) => publish(run),
  21: deduplicate,
  22: decide,
};

/**
 * One data-sharing session of a connection, from authorization to Synced. Workflow id `session/<connectionId>`:
 * the engine itself allows one open session a connection.
 * @returns where it ended, or why it did not begin.
 * @throws ApplicationFailure with the reason code as its type when the session closes in an error status.
 */
export async function session(input: SessionInput): Promise<SessionOutcome> {
  const run = createSessionRun(input);
  listen(run);
  return CancellationScope.nonCancellable(async () => {
    const refused = await begin(run);
    do {
      while (refused === null && !run.ended) await story[run.status as Open](run);
      await settled(run);
    } while (refused === null && !run.ended);
    return finish(run, refused);
  });
}
