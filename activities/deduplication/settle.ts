import { parseSessionId } from '../../domain/contracts.ts';
import { laterCursor } from '../../domain/cursor.ts';
import { type Member, type Survivorship, survivingData, survivorOf } from '../../domain/deduplication.ts';
import type { MergeGroupDoc, MergeMemberDoc, RecordDoc } from '../../stores/model.ts';
import { runId } from '../../stores/structuring.ts';
import { nextChange } from '../changes.ts';
import { openConnection } from '../connection.ts';
import { fingerprintOf } from '../structuring/canonical.ts';
import type { Work } from './work.ts';
import { writePlan } from './write.ts';

const keysPerWrite = 500;

/** Records that are to be one. */
export interface Wanted {
  /** All of them are at the app. */
  readonly keys: readonly string[];
  readonly matchedBy: readonly string[];
}

/**
 * Brings records and groups to what is wanted. For each part: the merged records as the app has them, the groups, the
 * change document, the records that stay, then what goes. Each write may be repeated, and a pass that was killed between
 * two of them is done again with the same end: what the app has is never only in memory.
 * @param parted Keys of records that belong to no group any more
 * @returns how many change documents were written
 */
export async function settle(
  work: Work,
  wanted: readonly Wanted[],
  parted: readonly string[],
  survivorship: Survivorship,
): Promise<number> {
  const { ports, input, resource } = work;
  const run = await ports.stores.structuring.get(runId(input.sessionId, resource));
  const first = await nextChange(ports, input.sessionId, resource, run?.mergedBatches ?? 0);
  // Before anything was merged there is nothing to read of it.
  const any = (await work.merges.members.count()) > 0 || (await work.merges.groups.count()) > 0;
  let next = first;
  // A group that gives a key away is written without it before that key comes back.
  for (const groups of inParts(wanted)) {
    const keys = groups.flatMap((one) => one.keys);
    if (await settlePart(work, { wanted: groups, keys, survivorship, any, n: next })) next += 1;
  }
  for (let start = 0; start < parted.length; start += keysPerWrite) {
    const keys = parted.slice(start, start + keysPerWrite);
    if (await settlePart(work, { wanted: [], keys, survivorship, any, n: next })) next += 1;
  }
  return next - first;
}

function* inParts(wanted: readonly Wanted[]): Generator<readonly Wanted[]> {
  let part: Wanted[] = [];
  let keys = 0;
  for (const one of wanted) {
    part.push(one);
    keys += one.keys.length;
    if (keys < keysPerWrite) continue;
    yield part;
    [part, keys] = [[], 0];
  }
  if (part.length > 0) yield part;
}

interface Present {
  readonly own: ReadonlyMap<string, RecordDoc>;
  readonly members: ReadonlyMap<string, MergeMemberDoc>;
  readonly groups: ReadonlyMap<string, MergeGroupDoc>;
  readonly visible: ReadonlyMap<string, Pick<RecordDoc, '_id' | 'fingerprint' | 'changedIn' | 'updatedAt'>>;
}

const byId = <D extends { readonly _id: string }>(docs: readonly D[]): Map<string, D> =>
  new Map(docs.map((doc) => [doc._id, doc]));

interface Part {
  readonly wanted: readonly Wanted[];
  readonly keys: readonly string[];
  readonly survivorship: Survivorship;
  /** Whether anything was merged before this pass. */
  readonly any: boolean;
  /** Number of its change document. */
  readonly n: number;
}

/** @returns whether readers have to be told */
async function settlePart(work: Work, { wanted, keys, survivorship, any, n }: Part): Promise<boolean> {
  const { ports, input, life, resource, records, merges } = work;
  await life.stopIfAsked();
  await openConnection(ports, input);
  const members = byId(any ? await merges.members.getMany(keys) : []);
  const groups = byId(any ? await merges.groups.getMany(keys) : []);
  const visible = byId(await records.getMany(keys));
  const own = new Map<string, RecordDoc>();
  for (const key of keys) {
    const member = members.get(key);
    const record = member === undefined ? visible.get(key) : member.record;
    if (record !== undefined && record !== null) own.set(key, record);
  }
  const plan = planOf(work, wanted, keys, { own, members, groups, visible }, survivorship);
  const isTold = await writePlan(work, plan, n);
  life.progressed({ resource, settled: keys.length });
  return isTold;
}

/** What is to be written for a part; what is right already is not written. */
function planOf(
  { input: { sessionId } }: Work,
  wanted: readonly Wanted[],
  keys: readonly string[],
  { own, members, groups, visible }: Present,
  survivorship: Survivorship,
) {
  const at = new Date();
  const target = new Map<string, RecordDoc>();
  const put = { members: [] as MergeMemberDoc[], groups: [] as MergeGroupDoc[] };
  const grouped = new Set<string>();
  const survivors = new Set<string>();
  for (const { keys: together, matchedBy } of wanted) {
    const docs = together.flatMap((key) => own.get(key) ?? []);
    const survivor = survivorOf(docs.map(memberOf));
    if (survivor === undefined || docs.length < 2) {
      for (const doc of docs) target.set(doc._id, doc);
      continue;
    }
    const _id = survivor.key;
    survivors.add(_id);
    for (const record of docs) {
      grouped.add(record._id);
      const known = members.get(record._id);
      if (known?.survivor !== _id)
        put.members.push({ _id: record._id, survivor: _id, record, mergedIn: known?.mergedIn ?? sessionId });
    }
    const known = groups.get(_id);
    const group = { keys: docs.map((doc) => doc._id).sort(), matchedBy };
    const isKnown =
      known !== undefined && same(known.keys, group.keys) && same(known.matchedBy, group.matchedBy);
    if (!isKnown) put.groups.push({ _id, ...group, sessionId, at });
    target.set(_id, mergedRecord(_id, docs, survivorship));
  }
  for (const key of keys) {
    const record = own.get(key);
    if (!grouped.has(key) && record !== undefined) target.set(key, record);
  }

  const changes = { added: [] as string[], updated: [] as string[], deleted: [] as string[] };
  const records: RecordDoc[] = [];
  for (const [key, record] of target) {
    const now = visible.get(key);
    if (now?.fingerprint === record.fingerprint) continue;
    changes[now === undefined ? 'added' : 'updated'].push(key);
    records.push(survivors.has(key) ? { ...record, changedIn: sessionId, updatedAt: at } : record);
  }
  for (const key of visible.keys()) if (!target.has(key)) changes.deleted.push(key);
  return {
    ...changes,
    ...put,
    records,
    formerMembers: [...members.keys()].filter((key) => !grouped.has(key)),
    formerGroups: [...groups.keys()].filter((key) => !survivors.has(key)),
  };
}

const numberOf = (sessionId: string): number => parseSessionId(sessionId)?.number ?? 0;

const memberOf = ({ _id, data, cursor, createdIn, changedIn }: RecordDoc): Member => ({
  key: _id,
  data,
  cursor,
  createdIn: numberOf(createdIn),
  changedIn: numberOf(changedIn),
});

function mergedRecord(survivor: string, docs: readonly RecordDoc[], survivorship: Survivorship): RecordDoc {
  const own = docs.find(({ _id }) => _id === survivor) as RecordDoc;
  const data = survivingData(docs.map(memberOf), survivorship);
  const cursor = docs.reduce<string | null>((latest, doc) => laterCursor(latest, doc.cursor), null);
  return { ...own, data, cursor, fingerprint: fingerprintOf(data) };
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one, index) => one === b[index]);
