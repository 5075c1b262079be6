import { nodeOf, partsOfNode } from '../../../domain/across.ts';
import { laterCursor } from '../../../domain/cursor.ts';
import { type Survivorship, survivingData } from '../../../domain/deduplication.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { chunksOf } from '../../../stores/commands.ts';
import type { AcrossTodoDoc, MergeGroupDoc, MergeMemberDoc, RecordDoc } from '../../../stores/model.ts';
import { runId } from '../../../stores/structuring.ts';
import { nextChange } from '../../changes.ts';
import { openConnection } from '../../connection.ts';
import { fingerprintOf } from '../../structuring/canonical.ts';
import type { Work } from '../work.ts';
import { type MergePlan, writePlan } from '../write.ts';
import type { Family } from './family.ts';
import { type Group, type Nodes, readGroups } from './nodes.ts';

const keysPerWrite = 500;

/** What settling came to. */
export interface Settled {
  /** Records that readers see again. */
  readonly appeared: number;
  /** What cannot be done yet: readers do not see yet what takes the place of a record. */
  readonly held: readonly AcrossTodoDoc[];
}

/**
 * Brings records of the session's connection to what their groups say: first what readers are to see, then what goes or
 * no longer says what another record said. That happens only once readers see the other record, also where it is in
 * another connection: until then the old one stays. May be killed and repeated at any point.
 */
export async function settleAcross(
  work: Work,
  family: Family,
  nodes: Nodes,
  keys: readonly string[],
  survivorship: Survivorship,
): Promise<Settled> {
  const { ports, input, resource } = work;
  const run = await ports.stores.structuring.get(runId(input.sessionId, resource));
  let n = await nextChange(ports, input.sessionId, resource, run?.mergedBatches ?? 0);
  let appeared = 0;
  const held: AcrossTodoDoc[] = [];
  for (const isFirst of [true, false])
    for (const part of chunksOf(keys, keysPerWrite)) {
      await work.life.stopIfAsked();
      await openConnection(ports, input);
      const plan = await planOf(work, family, nodes, part, survivorship, isFirst);
      held.push(...plan.held);
      appeared += plan.added.length;
      if (await writePlan(work, plan, n)) n += 1;
      work.life.progressed({ resource, settled: part.length });
    }
  return { appeared, held };
}

interface Plan extends MergePlan {
  readonly held: readonly AcrossTodoDoc[];
}

/** @param isFirst Only what readers are to see and do not see yet */
async function planOf(
  { input: { sessionId }, merges, records }: Work,
  family: Family,
  nodes: Nodes,
  keys: readonly string[],
  survivorship: Survivorship,
  isFirst: boolean,
): Promise<Plan> {
  const at = new Date();
  const mine = (key: string): string => nodeOf(family.self, key);
  const visible = new Map((await records.getMany(keys)).map((doc) => [doc._id, doc]));
  const members = new Map((await merges.members.getMany(keys)).map((doc) => [doc._id, doc]));
  const own = new Map((await merges.groups.getMany(keys)).map((doc) => [doc._id, doc]));
  const represented = (key: string): string[] => {
    const group = own.get(key);
    return [
      ...new Set([
        mine(key),
        ...(group === undefined || group.away ? [] : [...group.keys.map(mine), ...(group.others ?? [])]),
      ]),
    ];
  };
  const concerned = new Set(keys.flatMap(represented));
  const groups = await readGroups(family.store, concerned);
  const app = await nodes.ofApp([
    ...concerned,
    ...new Set([...groups.values()].flatMap((group) => group.nodes)),
  ]);
  const foundAs = await nodes.foundAs([...concerned], groups);
  const seen = await nodes.visible(foundAs.values());

  const put = {
    members: [] as MergeMemberDoc[],
    groups: new Map<string, MergeGroupDoc>(),
    records: [] as RecordDoc[],
  };
  const told = { added: [] as string[], updated: [] as string[], deleted: [] as string[] };
  const former = { members: [] as string[], groups: [] as string[] };
  const held: AcrossTodoDoc[] = [];
  const show = (record: RecordDoc, isChanged: boolean): void => {
    const now = visible.get(record._id);
    if (now?.fingerprint === record.fingerprint) return;
    told[now === undefined ? 'added' : 'updated'].push(record._id);
    put.records.push(isChanged ? { ...record, changedIn: sessionId, updatedAt: at } : record);
  };
  const join = (key: string, record: RecordDoc, group: Group): void => {
    const keysHere = group.nodes.flatMap((node) => (isHere(node) ? partsOfNode(node).key : []));
    const away = !isHere(group.id);
    const survivor = away ? (keysHere[0] ?? key) : partsOfNode(group.id).key;
    const known = members.get(key);
    const isKnown = known?.survivor === survivor && (known.away === true) === away;
    const member = { _id: key, survivor, record, mergedIn: known?.mergedIn ?? sessionId };
    if (!isKnown) put.members.push(away ? { ...member, away } : member);
    if (survivor !== key) return;
    const others = group.nodes.filter((node) => !isHere(node));
    const doc = {
      ...{ keys: keysHere, matchedBy: group.matchedBy },
      ...(away ? { away } : others.length > 0 ? { others } : {}),
    };
    if (!isSameGroup(own.get(key), doc)) put.groups.set(key, { _id: key, ...doc, sessionId, at });
  };
  const isHere = (node: string): boolean => partsOfNode(node).connection === family.self;

  for (const key of keys) {
    const node = mine(key);
    const group = groups.get(node);
    const record = app.get(node);
    const isSeen = record !== undefined && (group === undefined || group.id === node);
    if (isFirst && (!isSeen || visible.has(key))) continue;
    const says = isSeen ? new Set(group?.nodes ?? [node]) : new Set<string>();
    // A record that readers see goes, or says less, only once they see what takes its place.
    const missing = visible.has(key)
      ? represented(key).find((one) => !says.has(one) && app.has(one) && !seen.has(foundAs.get(one) ?? one))
      : undefined;
    if (missing !== undefined) {
      held.push({ _id: node, judge: false, waitsFor: missing });
      const now = visible.get(key);
      const left = represented(key).filter((one) => app.has(one));
      // Gone at the app: what it said itself goes at once.
      if (record === undefined && now !== undefined)
        show(withoutOwn(now, left, app, nodes, survivorship), true);
      continue;
    }
    if (record !== undefined && group !== undefined) join(key, record, group);
    if (isSeen)
      show(
        group === undefined ? record : composed(node, group.nodes, app, nodes, survivorship),
        group !== undefined,
      );
    else if (visible.has(key)) told.deleted.push(key);
    if (members.has(key) && (record === undefined || group === undefined)) former.members.push(key);
    if (own.has(key) && !put.groups.has(key) && !staysGroup(key, group)) former.groups.push(key);
  }
  return {
    ...{ ...told, ...put, groups: [...put.groups.values()], held },
    ...{ formerMembers: former.members, formerGroups: former.groups },
  };

  /** Whether the group that is called by this key is the one that the key belongs to now. */
  function staysGroup(key: string, group: Group | undefined): boolean {
    if (group === undefined || !app.has(mine(key))) return false;
    const first = group.nodes.find(isHere);
    return isHere(group.id) ? group.id === mine(key) : first === mine(key);
  }
}

const isSameGroup = (
  known: MergeGroupDoc | undefined,
  now: Omit<MergeGroupDoc, '_id' | 'sessionId' | 'at'>,
): boolean =>
  known !== undefined &&
  known.away === now.away &&
  JSON.stringify([known.keys, known.others ?? [], known.matchedBy]) ===
    JSON.stringify([now.keys, now.others ?? [], now.matchedBy]);

/** The record that stays, with what all of its group say. */
export function composed(
  survivor: string,
  group: readonly string[],
  app: ReadonlyMap<string, RecordDoc>,
  nodes: Pick<Nodes, 'memberOf'>,
  survivorship: Survivorship,
): RecordDoc {
  const own = app.get(survivor) as RecordDoc;
  const docs = group.flatMap((node) => {
    const record = app.get(node);
    return record === undefined ? [] : [{ node, record }];
  });
  if (docs.length < 2) return own;
  const members = docs.map(({ node, record }) => nodes.memberOf(node, record));
  const data = survivingData(members, survivorship);
  return {
    ...own,
    ...saying(keyed(data, own.data, survivorship)),
    cursor: latestOf(docs.map(({ record }) => record)),
  };
}

/** A record that the app no longer has, with what the others of its group say. */
function withoutOwn(
  now: RecordDoc,
  left: readonly string[],
  app: ReadonlyMap<string, RecordDoc>,
  nodes: Pick<Nodes, 'memberOf'>,
  survivorship: Survivorship,
): RecordDoc {
  const members = left.map((node) => nodes.memberOf(node, app.get(node) as RecordDoc));
  return { ...now, ...saying(keyed(survivingData(members, survivorship), now.data, survivorship)) };
}

/** The fields of the key are those of the record that readers find by it. */
function keyed(data: JsonObject, own: JsonObject, { own: fields }: Survivorship): JsonObject {
  const kept = fields.flatMap((field) =>
    Object.hasOwn(own, field) ? [[field, own[field] ?? null] as const] : [],
  );
  return { ...data, ...Object.fromEntries(kept) };
}

const saying = (data: JsonObject) => ({ data, fingerprint: fingerprintOf(data) });

const latestOf = (docs: readonly RecordDoc[]): string | null =>
  docs.reduce<string | null>((latest, { cursor }) => laterCursor(latest, cursor), null);
