import { compareCursors } from '../../domain/cursor.ts';
import type { JsonValue } from '../../domain/json.ts';
import { changeId } from '../../stores/feed.ts';
import { mergeId } from '../../stores/merges.ts';
import type { RecordDoc } from '../../stores/model.ts';
import { runId } from '../../stores/structuring.ts';
import { openConnection } from '../connection.ts';
import type { StageInput } from '../contracts.ts';
import { type Life, live } from '../life.ts';
import type { ActivityPorts } from '../ports.ts';
import { canonical } from '../structuring/canonical.ts';

/** What is kept of a record while its like is looked for. */
type Candidate = Pick<RecordDoc, '_id' | 'cursor'>;

/**
 * Merges records of different keys that mean one thing: all fields of one alternative are equal and not null. The
 * newest by cursor survives (of equals the smaller key); what is merged away is kept for an undo. The change is one
 * more change document of the session.
 */
export function deduplicate(ports: ActivityPorts, input: StageInput): Promise<{ readonly merged: number }> {
  return live('DEDUPLICATION_FAILED', async (life) => {
    const { definition } = await openConnection(ports, input);
    let merged = 0;
    for (const { resource, match } of definition.deduplication ?? [])
      for (const fields of match) merged += await mergeBy(ports, input, life, resource, fields);
    return { merged };
  });
}

async function mergeBy(
  ports: ActivityPorts,
  input: StageInput,
  life: Life,
  resource: string,
  fields: readonly string[],
): Promise<number> {
  const { stores } = ports;
  const { sessionId, connectionId, generation } = input;
  const records = stores.records.of(connectionId, generation, resource);
  const survivors = new Map<string, Candidate>();
  const losers: { readonly key: string; readonly match: string }[] = [];
  let seen = 0;
  for await (const record of records.stream()) {
    seen += 1;
    if (seen % 1000 === 0) await life.stopIfAsked();
    const match = matchOf(record, fields);
    if (match === null) continue;
    const { _id, cursor } = record;
    const rival = survivors.get(match);
    if (rival === undefined || compareCursors(cursor, rival.cursor) > 0) {
      survivors.set(match, { _id, cursor });
      if (rival !== undefined) losers.push({ key: rival._id, match });
    } else losers.push({ key: _id, match });
  }
  for (let start = 0; start < losers.length; start += 500) {
    await life.stopIfAsked();
    await openConnection(ports, input);
    const part = losers.slice(start, start + 500);
    const matchOfKey = new Map(part.map(({ key, match }) => [key, match]));
    for (const record of await records.getMany(part.map(({ key }) => key))) {
      const survivor = survivors.get(matchOfKey.get(record._id) ?? '')?._id ?? '';
      await stores.merges.put({
        _id: mergeId(connectionId, generation, resource, record._id),
        sessionId,
        resource,
        survivor,
        merged: record._id,
        matchedBy: fields.join(' + '),
        record,
        at: new Date(),
      });
    }
    const keys = part.map(({ key }) => key);
    await noteDeleted(ports, sessionId, resource, keys);
    await records.remove(keys);
    life.progressed({ resource, merged: start + part.length });
  }
  return losers.length;
}

function matchOf(record: RecordDoc, fields: readonly string[]): string | null {
  const values: JsonValue[] = [];
  for (const field of fields) {
    const value = record.data[field];
    if (value === null || value === undefined || value === '') return null;
    values.push(value);
  }
  return canonical(values);
}

/** Adds a change document of the session for keys that are about to be removed; one that is repeated does no harm. */
async function noteDeleted(
  { stores }: ActivityPorts,
  sessionId: string,
  resource: string,
  deleted: readonly string[],
): Promise<void> {
  let n = (await stores.structuring.get(runId(sessionId, resource)))?.mergedBatches ?? 0;
  while ((await stores.feed.change(changeId(sessionId, resource, n))) !== null) n += 1;
  await stores.feed.putChange({ _id: changeId(sessionId, resource, n), added: [], updated: [], deleted });
}
