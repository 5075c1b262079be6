import { changeId } from '../stores/feed.ts';
import type { ActivityPorts } from './ports.ts';

/** The first number from `from` on under which a session has no change document of the resource. */
export async function nextChange(
  { stores }: ActivityPorts,
  sessionId: string,
  resource: string,
  from: number,
): Promise<number> {
  let n = from;
  while ((await stores.feed.change(changeId(sessionId, resource, n))) !== null) n += 1;
  return n;
}
