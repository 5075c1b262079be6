import { nodeOf, partsOfNode } from '../../../domain/across.ts';
import { chunksOf } from '../../../stores/commands.ts';
import type { MergePairDoc } from '../../../stores/model.ts';
import { runId } from '../../../stores/structuring.ts';
import { nextChange } from '../../changes.ts';
import { changedKeys } from '../../processing/datapoints/changed-keys.ts';
import { forgetPending } from '../decided.ts';
import { type Gathered, gatherAll } from '../gather.ts';
import { gatherChanged } from '../gather-changed.ts';
import { forgetState, isGrown, putState, sinceOf } from '../key-index.ts';
import { countMerged, type DeduplicationReport, putReport } from '../report.ts';
import type { Rule } from '../rule.ts';
import { suggest } from '../suggest.ts';
import { commonValues } from '../tally.ts';
import type { Work } from '../work.ts';
import type { Family } from './family.ts';
import type { Holding } from './lease.ts';
import { readGroups } from './nodes.ts';
import { openPass, type Pass } from './open.ts';
import { settleAcross } from './settle.ts';
import { isAnyPart, noteOthers, ownNodes, waitingOthers } from './todos.ts';
import { decideGroups } from './truth.ts';

const nothing = { default: 'newest', fields: {}, own: [] } as const;
const keysPerRead = 500;
const noneSeen = { records: 0, withoutKey: 0, alternatives: [] };

/** What a pass came to. */
export interface PassedAcross {
  /** How many records the session merged away. */
  readonly merged: number;
  /** Other connections that have something to do. */
  readonly others: readonly string[];
}

type GatheredHere = Gathered & { readonly definition: string | null; readonly looked: 'all' | 'changed' };

/**
 * Deduplicates one resource of one connection in one session, together with the company's other connections. It decides
 * only about what changed here, and brings its own records to what was decided, here or elsewhere. May be killed and
 * repeated at any point.
 */
export async function passAcross(
  given: Work,
  family: Family,
  number: number,
  holding: Holding,
): Promise<PassedAcross> {
  const pass = await openPass(given, family, number, holding);
  const { work, nodes, todos, pending } = pass;
  const { merges, rule } = work;
  // Switched off for this connection: everything that it is part of comes apart.
  const gathered = rule === null ? null : await gather(pass, rule);
  const isIdle = gathered?.dirty?.size === 0 && todos.length === 0;
  const standing = pass.state?.family === undefined && rule !== null ? await mergedHere(work, family) : [];
  const touched = isIdle ? new Set<string>() : await decide(pass, gathered, standing);
  const { appeared, held } = await carryOut(pass, touched, standing);
  const told = await report(pass, gathered, appeared, isIdle);
  await forgetPending(merges.pairs, pending.own);
  await forgetPending(family.store.pairs, pending.across);
  const others = await waitingOthers(family, nodes);
  if (gathered === null) {
    await forgetState(merges);
    return { merged: 0, others };
  }
  const isOver = !family.isOn && held === 0 && (await endAcross(family));
  await keepState(pass, gathered, { isIdle, isOver, waiting: told.suggestions });
  return { merged: told.merged, others };
}

async function gather(
  { work, family, state, number, todos, pending }: Pass,
  rule: Rule,
): Promise<GatheredHere> {
  const { ports, input, resource } = work;
  const left = (state?.family ?? []).filter((id) => !family.members.has(id));
  const isUsable =
    state?.family !== undefined &&
    state.print === rule.print &&
    !isGrown(state) &&
    !(await isAnyPart(family, left));
  const session = { connectionId: input.connectionId, generation: input.generation, number };
  const since = isUsable ? sinceOf(state) : null;
  const { keys, definition } = await changedKeys(ports.stores, session, resource, since);
  if (keys === null || !isUsable)
    return { ...(await gatherAll(work, rule, state?.parts ?? 0)), definition, looked: 'all' };
  const asked = [
    ...todos.flatMap(({ _id, judge }) => (judge ? partsOfNode(_id).key : [])),
    ...pending.own.flatMap((pair) => pair.keys),
    ...keysHere(family, pending.across),
  ];
  const changed = new Set([...keys, ...asked]);
  return { ...(await gatherChanged(work, rule, changed, state)), definition, looked: 'changed' };
}

/** Decides what is one, and notes what other connections have to do. @returns nodes whose groups it changed */
async function decide(
  { work, family, nodes, holding }: Pass,
  gathered: GatheredHere | null,
  standing: readonly (readonly string[])[],
): Promise<ReadonlySet<string>> {
  const { rule, decided, input } = work;
  const dirty = gathered?.dirty;
  const seeds =
    dirty === undefined ? await ownNodes(family) : [...dirty].map((key) => nodeOf(family.self, key));
  const labels = rule?.labels ?? [];
  const found = { edges: gathered?.edges ?? [], seeds, before: standing, labels };
  const { touched } = await decideGroups(family, nodes, found, decided, input.sessionId, holding);
  await noteOthers(family, nodes, touched, rule?.survivorship ?? nothing);
  return touched;
}

/** Brings the connection's records to what was decided. @returns how many came back, and how many notes stay */
async function carryOut(
  { work, family, nodes, todos }: Pass,
  touched: ReadonlySet<string>,
  standing: readonly (readonly string[])[],
): Promise<{ readonly appeared: number; readonly held: number }> {
  const { merges, rule } = work;
  const keys = new Set(todos.map(({ _id }) => partsOfNode(_id).key));
  for (const { connection, key } of [...touched].map(partsOfNode))
    if (connection === family.self) keys.add(key);
  // Merged before the connections were compared, and one with nothing any more.
  for (const node of standing.flat()) keys.add(partsOfNode(node).key);
  if (rule === null) for await (const { _id } of merges.members.stream({ _id: 1 })) keys.add(_id);
  await addTogether(work, family, keys);
  const survivorship = rule?.survivorship ?? nothing;
  const { appeared, held } = await settleAcross(work, family, nodes, [...keys].sort(), survivorship);
  if (held.length > 0) await family.store.todos.putMany(held);
  const done = new Set([...todos.map(({ _id }) => _id), ...[...keys].map((key) => nodeOf(family.self, key))]);
  for (const { _id } of held) done.delete(_id);
  await family.store.todos.remove([...done]);
  return { appeared, held: held.length };
}

async function report(
  { work, state, before }: Pass,
  gathered: GatheredHere | null,
  appeared: number,
  isIdle: boolean,
): Promise<DeduplicationReport> {
  const { merges, own, rule, input } = work;
  const common = gathered?.common ?? [];
  const records = await own.getMany(common.map(({ key }) => key));
  const dataOf = new Map(records.map(({ _id, data }) => [_id, data]));
  const made: DeduplicationReport = {
    looked: gathered?.looked ?? 'off',
    seen: gathered?.seen ?? noneSeen,
    ...(await countMerged(merges, input.sessionId, isIdle)),
    suggestions: 0,
    // A repeated attempt finds records back that the one before brought.
    parted: Math.max(appeared, before?.parted ?? 0),
    common: rule === null ? [] : commonValues(rule, common, dataOf),
    at: new Date().toISOString(),
  };
  // An attempt that was killed after its last write is repeated, and finds nothing left: its report stands.
  const told = isIdle && before !== null ? before : made;
  const looksForNear = rule !== null && rule.suggest !== null && !isIdle;
  const suggestions = looksForNear
    ? await suggest(work, rule, gathered?.near ?? [])
    : (before ?? { suggestions: state?.waiting ?? 0 }).suggestions;
  await putReport(merges, input.sessionId, { ...told, suggestions });
  return { ...told, suggestions };
}

async function keepState(
  { work, family, state, number }: Pass,
  { index, definition }: GatheredHere,
  {
    isIdle,
    isOver,
    waiting,
  }: { readonly isIdle: boolean; readonly isOver: boolean; readonly waiting: number },
): Promise<void> {
  const { ports, input, resource, rule, merges, own } = work;
  const run = await ports.stores.structuring.get(runId(input.sessionId, resource));
  await putState(merges, {
    ...{ ...index, print: rule?.print ?? '', session: number, definition, waiting },
    changes: await nextChange(ports, input.sessionId, resource, run?.mergedBatches ?? 0),
    records: isIdle && state !== null ? state.records : await own.count(),
    ...(isOver ? {} : { family: [...family.members] }),
  });
}

/** What is one by merges of this connection alone, from before it was compared with others. */
async function mergedHere({ merges }: Work, { self }: Family): Promise<string[][]> {
  const found: string[][] = [];
  for await (const { keys, others, away } of merges.groups.stream())
    if (others === undefined && away === undefined) found.push(keys.map((key) => nodeOf(self, key)));
  return found;
}

/** Adds the connection's records that are, or were, one with these: where they are found is noted with each. */
async function addTogether({ merges }: Work, family: Family, keys: Set<string>): Promise<void> {
  for (const part of chunksOf([...keys], keysPerRead)) {
    const members = await merges.members.getMany(part, { survivor: 1 });
    const before = await merges.groups.getMany([...new Set(members.map(({ survivor }) => survivor))], {
      keys: 1,
    });
    for (const key of before.flatMap((group) => group.keys)) keys.add(key);
    const now = await readGroups(
      family.store,
      part.map((key) => nodeOf(family.self, key)),
    );
    for (const group of now.values())
      for (const { connection, key } of group.nodes.map(partsOfNode))
        if (connection === family.self) keys.add(key);
  }
}

const keysHere = ({ self }: Family, pairs: readonly MergePairDoc[]): string[] =>
  pairs.flatMap(({ keys }) =>
    keys.map(partsOfNode).flatMap(({ connection, key }) => (connection === self ? key : [])),
  );

/**
 * The company compares its connections no more, and nothing of this one is one with another: from here on its own merges
 * alone count.
 * @returns false while that is not so yet
 */
async function endAcross(family: Family): Promise<boolean> {
  const { store } = family;
  const own = await ownNodes(family);
  const groups = [...new Set((await store.nodes.getMany(own)).map(({ group }) => group))];
  for (const { connections } of await store.groups.getMany(groups))
    if (connections.some((id) => id !== family.self)) return false;
  await store.nodes.remove(own);
  await store.groups.remove(groups);
  return true;
}
