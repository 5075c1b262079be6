import type { QuarantineDoc } from '../../stores/model.ts';
import type { ActivityPorts } from '../ports.ts';
import { createLines, noteLeft, type QuarantineOwner } from './left.ts';
import type { DiscardRequest, QuarantineSelection } from './room.ts';

/**
 * Discards rows of a resource: first a line for each reason says who, why and which, then the rows go. May be repeated.
 * @returns how many rows went
 */
export async function discardRows(
  { stores }: Pick<ActivityPorts, 'stores'>,
  { connectionId, generation }: QuarantineOwner,
  resource: string,
  { reason, ids }: QuarantineSelection,
  { by, why, before, action = 'discarded' }: DiscardRequest,
  at: Date,
): Promise<number> {
  const quarantine = stores.quarantine.of(connectionId, generation, resource);
  const lines = createLines();
  const gone: Pick<QuarantineDoc, '_id'>['_id'][] = [];
  const touched = new Set<string>();
  const wanted = { ...(reason === undefined ? {} : { reason }), ...(ids === undefined ? {} : { ids }) };
  for await (const doc of quarantine.choose(wanted)) {
    if (before !== undefined && doc.at >= before) continue;
    gone.push(doc._id);
    touched.add(doc.sessionId);
    if (doc.refusedIn !== undefined) touched.add(doc.refusedIn);
    lines.add(doc.reason, doc);
  }
  if (gone.length === 0) return 0;
  const of = { connectionId, generation, resource, action, by, why, at };
  for (const line of lines.docs({ ...of, syncId: null, sessionId: null }))
    await stores.quarantineLines.put(line);
  await quarantine.removeMany(gone);
  await noteLeft({ stores }, { connectionId, generation }, touched);
  return gone.length;
}
