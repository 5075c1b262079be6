import { nodeOf, partsOfNode } from '../../../domain/across.ts';
import { forbiddenOf } from '../../../domain/deduplication.ts';
import { chunksOf } from '../../../stores/commands.ts';
import type { MergePairDoc } from '../../../stores/model.ts';
import { runId } from '../../../stores/structuring.ts';
import { nextChange } from '../../changes.ts';
import { changedKeys } from '../../processing/datapoints/changed-keys.ts';
import { forgetPending } from '../decided.ts';
import { type Gathered, gatherAll } from '../gather.ts';
import { gatherChanged } from '../gather-changed.ts';
import { forgetState, isGrown, putState, readState, sinceOf } from '../key-index.ts';
import { countMerged, type DeduplicationReport, putReport, readReport } from '../report.ts';
import type { Rule } from '../rule.ts';
import { suggest } from '../suggest.ts';
import { commonValues } from '../tally.ts';
import type { Decided, Work } from '../work.ts';
import { createElsewhere } from './elsewhere.ts';
import type { Family } from './family.ts';
import type { Holding } from './lease.ts';
import { createNodes, readGroups } from './nodes.ts';
import { settleAcross } from './settle.ts';
import { isAnyPart, noteOthers, ownNodes, ownTodos, waitingOthers } from './todos.ts';
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
  const { ports, input, resource, merges, rule } = given;
  const { decided, pairs } = await readAll(given, family);
  const work: Work = {
    ...{ ...given, decided },
    elsewhere: rule === null ? null : createElsewhere(family, rule),
    life: {
      progressed: given.life.progressed,
      stopIfAsked: async () => {
        await given.life.stopIfAsked();
        await holding();
      },
    },
  };
  const nodes = createNodes(ports.stores, family);
  const todos = await ownTodos(family);
  const state = await readState(merges);
  const before = await readReport(merges, input.sessionId);
  const survivorship = rule?.survivorship ?? nothing;

  const again = todos.flatMap(({ _id, judge }) => (judge ? partsOfNode(_id).key : []));
  const asked = new Set([
    ...again,
    ...given.decided.pending.flatMap(({ keys }) => keys),
    ...keysHere(family, pairs),
  ]);
  const { gathered, looked, seen } =
    rule === null ? await none(family) : await gather(work, rule, family, state, number, asked);
  const dirty = gathered?.dirty;
  const seeds =
    dirty === undefined ? await ownNodes(family) : [...dirty].map((key) => nodeOf(family.self, key));
  const standing = state?.family === undefined && rule !== null ? await mergedHere(work, family) : [];
  const labels = rule?.labels ?? [];
  const isIdle = dirty?.size === 0 && todos.length === 0;
  const found = { edges: gathered?.edges ?? [], seeds, before: standing, labels };
  const { touched } = isIdle
    ? { touched: new Set<string>() }
    : await decideGroups(family, nodes, found, decided, input.sessionId, holding);
  if (!isIdle) await noteOthers(family, nodes, touched, survivorship);

  const keys = new Set(todos.map(({ _id }) => partsOfNode(_id).key));
  for (const node of touched)
    if (partsOfNode(node).connection === family.self) keys.add(partsOfNode(node).key);
  // Merged before the connections were compared, and one with nothing any more.
  for (const key of standing.flat()) keys.add(partsOfNode(key).key);
  if (rule === null) for await (const { _id } of merges.members.stream({ _id: 1 })) keys.add(_id);
  await addTogether(work, family, keys);
  const { appeared, held } = await settleAcross(work, family, nodes, [...keys].sort(), survivorship);
  const done = new Set([...todos.map(({ _id }) => _id), ...[...keys].map((key) => nodeOf(family.self, key))]);
  if (held.length > 0) await family.store.todos.putMany(held);
  for (const { _id } of held) done.delete(_id);
  await family.store.todos.remove([...done]);

  const common = gathered?.common ?? [];
  const dataOf = new Map(
    (await work.own.getMany(common.map(({ key }) => key))).map(({ _id, data }) => [_id, data]),
  );
  const report: DeduplicationReport = {
    ...{ looked, seen, merged: 0, groups: 0, suggestions: 0 },
    parted: Math.max(appeared, before?.parted ?? 0),
    common: rule === null ? [] : commonValues(rule, common, dataOf),
    at: new Date().toISOString(),
  };
  const told =
    isIdle && before !== null
      ? before
      : { ...report, ...(await countMerged(merges, input.sessionId, isIdle)) };
  const suggestions =
    rule === null || rule.suggest === null || isIdle
      ? (before ?? { suggestions: state?.waiting ?? 0 }).suggestions
      : await suggest(work, rule, gathered?.near ?? []);
  await putReport(merges, input.sessionId, { ...told, suggestions });
  await forgetPending(merges.pairs, given.decided.pending);
  await forgetPending(family.store.pairs, pairs);
  const others = await waitingOthers(family, nodes);
  if (rule === null || gathered === null) {
    await forgetState(merges);
    return { merged: 0, others };
  }
  const run = await ports.stores.structuring.get(runId(input.sessionId, resource));
  const isOver = !family.isOn && held.length === 0 && (await endAcross(family));
  await putState(merges, {
    ...{ ...gathered.index, print: rule.print, session: number, definition: gathered.definition },
    changes: await nextChange(ports, input.sessionId, resource, run?.mergedBatches ?? 0),
    records: isIdle && state !== null ? state.records : await work.own.count(),
    waiting: suggestions,
    ...(isOver ? {} : { family: [...family.members] }),
  });
  return { merged: told.merged, others };
}

async function gather(
  work: Work,
  rule: Rule,
  family: Family,
  state: Awaited<ReturnType<typeof readState>>,
  number: number,
  asked: ReadonlySet<string>,
): Promise<{
  gathered: Gathered & { definition: string | null };
  looked: 'all' | 'changed';
  seen: Gathered['seen'];
}> {
  const { ports, input, resource } = work;
  const left = (state?.family ?? []).filter((id) => !family.members.has(id));
  const isUsable =
    state?.family !== undefined &&
    state.print === rule.print &&
    !isGrown(state) &&
    !(await isAnyPart(family, left));
  const session = { connectionId: input.connectionId, generation: input.generation, number };
  const { keys, definition } = await changedKeys(
    ports.stores,
    session,
    resource,
    isUsable ? sinceOf(state) : null,
  );
  const gathered =
    keys === null || !isUsable
      ? await gatherAll(work, rule, state?.parts ?? 0)
      : await gatherChanged(work, rule, new Set([...keys, ...asked]), state);
  const looked = keys === null || !isUsable ? 'all' : 'changed';
  return { gathered: { ...gathered, definition }, looked, seen: gathered.seen };
}

/** Switched off for this connection: everything that it is part of comes apart. */
const none = async (_: Family) => ({ gathered: null, looked: 'off' as const, seen: noneSeen });

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

/** What people decided, of all connections, and what of it about two connections was not done here yet. */
async function readAll(
  { decided: own }: Work,
  { self, store, members, place }: Family,
): Promise<{ decided: Decided; pairs: MergePairDoc[] }> {
  const same: MergePairDoc[] = [];
  const different: (readonly [string, string])[] = [];
  const pairs: MergePairDoc[] = [];
  const add = (pair: MergePairDoc): void => {
    if (pair.decision?.is === 'same') same.push(pair);
    if (pair.decision?.is === 'different') different.push(pair.keys);
  };
  for (const id of new Set([self, ...members])) {
    const merges = place(id)?.merges;
    if (merges === undefined) continue;
    for await (const pair of merges.pairs.stream())
      add({ ...pair, keys: [nodeOf(id, pair.keys[0]), nodeOf(id, pair.keys[1])] });
  }
  for await (const pair of store.pairs.stream()) {
    add(pair);
    if (pair.pending && pair.connections.includes(self)) pairs.push(pair);
  }
  return { decided: { same, forbidden: forbiddenOf(different), pending: own.pending }, pairs };
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
