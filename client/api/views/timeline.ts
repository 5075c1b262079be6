import { sessionStatusNames } from '../../../domain/session.ts';
import type { RouteDeps } from '../deps.ts';
import type { Timeline } from '../schemas/sessions.ts';

/** Every transition of a session, first one first. */
export async function timelineView(
  { stores }: Pick<RouteDeps, 'stores'>,
  sessionId: string,
): Promise<Timeline> {
  const docs = await stores.sessions.timeline(sessionId);
  const entries = docs.map(({ seq, from, to, event, reason, by, at, note }) => ({
    ...{ seq, from, to, name: sessionStatusNames[to], event, reason, by },
    at: at.toISOString(),
    note: note ?? null,
  }));
  return { sessionId, entries };
}
