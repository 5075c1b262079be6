import { parseSessionId } from '../../../domain/contracts.ts';
import type { AnalysisInput } from '../analysis.ts';
import { reclaimedSentence } from './reclaimed.ts';

const dayMs = 86_400_000;
/** Every record is looked at: not more often than that. Until then a dead reference does no harm. */
const between = 7 * dayMs;

/** What records gave back. */
export interface TrimmedRevisions {
  readonly records: number;
  readonly revisions: number;
  readonly bytes: number;
}

/**
 * Drops from records the references to earlier rows whose raw batches were deleted. It belongs here because no merge
 * of the connection can run during Processing. What it gave back is an event of the connection.
 * @returns null where there was nothing to look for
 */
export async function trimRevisions(
  { ports: { stores }, ref, connection, life }: AnalysisInput,
  at: Date,
): Promise<TrimmedRevisions | null> {
  const { _id, company, app, generation, rawDeletedThrough: through = 0, revisionsTrimmed } = connection;
  if (through <= (revisionsTrimmed?.through ?? 0)) return null;
  if (revisionsTrimmed !== undefined && at.getTime() - revisionsTrimmed.at.getTime() < between) return null;
  const isGone = (batchId: string) => {
    const number = parseSessionId(batchId.slice(0, batchId.indexOf('/')))?.number;
    return number !== undefined && number <= through;
  };
  const sum = { records: 0, revisions: 0, bytes: 0 };
  for (const { id } of connection.resources) {
    for await (const page of stores.records.of(_id, generation, id).trimVersions(isGone)) {
      sum.records += page.records;
      sum.revisions += page.revisions;
      sum.bytes += page.bytes;
      life.progressed({ resource: id, revisions: sum.revisions });
      await life.stopIfAsked();
    }
  }
  if (sum.revisions > 0)
    await stores.events.put({
      ...{ _id: `${_id}/${generation}/SpaceReclaimed/revisions/${through}`, type: 'SpaceReclaimed' },
      ...{ connectionId: _id, company, app, sessionId: ref.sessionId, at, connectLink: null },
      data: {
        what: 'revisions',
        throughSession: through,
        ...sum,
        sentence: reclaimedSentence('revisions', sum),
      },
    });
  await stores.connections.change(_id, (doc) =>
    doc.generation === generation ? { revisionsTrimmed: { through, at } } : null,
  );
  return sum;
}
