import type { ResourceDefinition } from '../../connectors/definition.ts';
import { fieldAt } from '../../connectors/pointer.ts';
import { compareCursors } from '../../domain/cursor.ts';
import type { JsonValue } from '../../domain/json.ts';
import { changeId } from '../../stores/feed.ts';
import { mergeId } from '../../stores/merges.ts';
import type { RecordDoc } from '../../stores/model.ts';
import { runId } from '../../stores/structuring.ts';
import { nextChange } from '../changes.ts';
import { openConnection, resourceOf } from '../connection.ts';
import type { SessionRef } from '../contracts.ts';
import { type Life, live } from '../life.ts';
import { namesOf, pathOf } from '../loading/paths.ts';
import type { ActivityPorts } from '../ports.ts';
import { canonical } from '../structuring/canonical.ts';

/** What is kept of a record while its like is looked for. */
type Candidate = Pick<RecordDoc, '_id' | 'cursor'>;

/**
 * Merges records of different keys that mean one thing: all fields of one alternative are equal and not null. The
 * newest by cursor survives (of equals the smaller key); what is merged away is kept for an undo. The session
 * gets more change documents for it.
 */
export function deduplicate(ports: ActivityPorts, input: SessionRef): Promise<{ readonly merged: number }> {
  return live('DEDUPLICATION_FAILED', async (life) => {
    const { definition } = await openConnection(ports, input);
    let merged = 0;
    for (const { resource, match } of definition.deduplication ?? []) {
      // Readers are told only of what the session structured: a later one that does finds these records too.
      if ((await ports.stores.structuring.get(runId(input.sessionId, resource))) === null) continue;
      for (const fields of match)
        merged += await mergeBy(ports, input, life, resourceOf(definition, resource), fields);
    }
    return { merged };
  });
}

async function mergeBy(
  ports: ActivityPorts,
  input: SessionRef,
  life: Life,
  { id: resource, mapping = {} }: ResourceDefinition,
  fields: readonly string[],
): Promise<number> {
  const { stores } = ports;
  const { sessionId, connectionId, generation } = input;
  const records = stores.records.of(connectionId, generation, resource);
  const paths = fields.map((field) => inRecord(field, mapping));
  const survivors = new Map<string, Candidate>();
  const losers: { readonly key: string; readonly match: string }[] = [];
  let seen = 0;
  for await (const record of records.stream()) {
    seen += 1;
    if (seen % 1000 === 0) await life.stopIfAsked();
    const match = matchOf(record, paths);
    if (match === null) continue;
    const { _id, cursor } = record;
    const rival = survivors.get(match);
    if (rival === undefined || compareCursors(cursor, rival.cursor) > 0) {
      survivors.set(match, { _id, cursor });
      if (rival !== undefined) losers.push({ key: rival._id, match });
    } else losers.push({ key: _id, match });
  }
  const run = await stores.structuring.get(runId(sessionId, resource));
  let n = await nextChange(ports, sessionId, resource, run?.mergedBatches ?? 0);
  for (let start = 0; start < losers.length; start += 500, n += 1) {
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
    const deleted = part.map(({ key }) => key);
    await stores.feed.putChange({ _id: changeId(sessionId, resource, n), added: [], updated: [], deleted });
    await records.remove(deleted);
    life.progressed({ resource, merged: start + part.length });
  }
  return losers.length;
}

/** A pointer says where the app has a field; the mapping may call the first step otherwise. */
function inRecord(field: string, mapping: Readonly<Record<string, string>>): string {
  if (!field.startsWith('/')) return field;
  const [first = '', ...rest] = namesOf(field);
  return pathOf([mapping[first] ?? first, ...rest]);
}

function matchOf(record: RecordDoc, fields: readonly string[]): string | null {
  const values: JsonValue[] = [];
  for (const field of fields) {
    const value = fieldAt(record.data, field);
    if (value === null || value === undefined || value === '') return null;
    values.push(value);
  }
  return canonical(values);
}
