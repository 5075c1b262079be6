import { setTimeout as delay } from 'node:timers/promises';
import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { type Actor, sessionIdOf, sessionMessages, sessionWorkflowId } from '../../domain/contracts.ts';
import type { ActivityPorts } from '../ports.ts';

/** A session that has nothing but its end to write is over by then. */
const longestMs = 10_000;

/**
 * Closes the session that waits for a person (6, to 20; 7 and 20 as they are) or to be finalized (9, to 8), and waits
 * for its end, so that the next one can be opened at once. Nothing happens where none stands in one of the codes.
 */
export async function closeAuthorization(
  { stores }: Pick<ActivityPorts, 'stores'>,
  connectionId: string,
  by: Actor,
  codes: readonly (6 | 7 | 9 | 20)[] = [6, 7, 9, 20],
): Promise<void> {
  const latest = (await stores.connections.get(connectionId))?.latestSession ?? 0;
  const session = latest === 0 ? null : await stores.sessions.get(sessionIdOf(connectionId, latest));
  if (session === null || session.closedAt !== null || !codes.some((code) => code === session.status)) return;
  const handle = getClient().workflow.getHandle(sessionWorkflowId(connectionId));
  try {
    await handle.signal(sessionMessages.resetConfiguration, by);
  } catch (error) {
    // It was ended from outside.
    if (error instanceof WorkflowNotFoundError) return;
    throw error;
  }
  const waited = new AbortController();
  // A reset session ends as a failed execution.
  const ended = handle.result().catch(() => undefined);
  await Promise.race([ended, delay(longestMs, undefined, { signal: waited.signal, ref: false })]);
  waited.abort();
}
