import { byConnection, partsOfNode } from '../../../domain/across.ts';
import {
  acceptedRank,
  clusters,
  compareTexts,
  type Edge,
  edgesOf,
  mergedRank,
} from '../../../domain/deduplication.ts';
import { chunksOf } from '../../../stores/commands.ts';
import type { AcrossTodoDoc } from '../../../stores/model.ts';
import type { Decided } from '../work.ts';
import type { Family } from './family.ts';
import type { Holding } from './lease.ts';
import { type Group, type Nodes, readGroups } from './nodes.ts';

const nodesPerWrite = 500;

/** What is known about the records that a session looks at. */
export interface Found {
  readonly edges: readonly Edge[];
  /** Records of the session's connection that it looked at, as nodes. */
  readonly seeds: Iterable<string>;
  /** Records of it that are one already by its own merges alone. */
  readonly before: readonly (readonly string[])[];
  readonly labels: readonly string[];
}

/** What is to be done by the sessions of their connections. */
export interface Judged {
  /** Records whose group may say something else now. */
  readonly touched: ReadonlySet<string>;
}

/**
 * Decides which records of several connections are one, and stores it: from then on every session that comes brings its
 * own records to it, and none decides it again unless its records changed. What has to be done is noted before.
 */
export async function decideGroups(
  family: Family,
  nodes: Nodes,
  { edges, seeds, before, labels }: Found,
  {
    same,
    forbidden,
  }: Pick<Decided, 'forbidden'> & { readonly same: readonly { readonly keys: readonly [string, string] }[] },
  sessionId: string,
  holding: Holding,
): Promise<Judged> {
  const { store } = family;
  const asked = new Set([...seeds, ...edges.flatMap(({ a, b }) => [a, b]), ...before.flat()]);
  const accepted = same.filter(({ keys }) => keys.some((key) => asked.has(key)));
  for (const { keys } of accepted) for (const key of keys) asked.add(key);
  const known = new Map<string, Group>();
  for (const group of (await readGroups(store, asked)).values()) known.set(group.id, group);
  const named = new Set([...asked, ...[...known.values()].flatMap((group) => group.nodes)]);
  const there = await liveOf(family, nodes, named);

  const isMember = (connection: string): boolean => family.members.has(connection);
  const isVoid = ({ nodes: all }: Group): boolean => ![...byConnection(all).keys()].every(isMember);
  const live = (node: string): boolean => there.has(node);
  const all: Edge[] = edges.filter(({ a, b }) => live(a) && live(b));
  for (const keys of before) all.push(...edgesOf(keys.filter(live), mergedRank, forbidden));
  for (const group of known.values())
    if (!isVoid(group)) all.push(...edgesOf(group.nodes.filter(live), mergedRank, forbidden));
  for (const { keys } of accepted)
    if (keys.every(live)) all.push({ a: keys[0], b: keys[1], rank: acceptedRank });

  const wanted = clusters(all, forbidden).map((keys): Group => {
    const survivor = [...keys].sort(
      (a, b) => (there.get(a) ?? 0) - (there.get(b) ?? 0) || compareTexts(a, b),
    )[0];
    return { id: survivor ?? '', nodes: keys, matchedBy: [] };
  });
  const groupOf = new Map(wanted.flatMap((group) => group.nodes.map((node) => [node, group] as const)));
  const matched = new Map(wanted.map(({ id }) => [id, new Set<string>()]));
  const label = (node: string, by: string): void => {
    matched.get(groupOf.get(node)?.id ?? '')?.add(by);
  };
  for (const { a, b, rank } of all)
    if (rank !== mergedRank && groupOf.get(a) === groupOf.get(b))
      label(a, labels[rank] ?? 'accepted by a person');
  for (const { nodes: keys, matchedBy } of known.values())
    for (const node of keys) for (const by of matchedBy) label(node, by);

  const changed = wanted
    .map((group): Group => ({ ...group, matchedBy: [...(matched.get(group.id) ?? [])].sort() }))
    .filter((group) => !isSame(group, known.get(group.id)));
  const parted = [...known.values()].flatMap((group) => group.nodes).filter((node) => !groupOf.has(node));
  const former = [...known.keys()].filter((id) => !matched.has(id));
  await write(
    family,
    { changed, parted, former },
    sessionId,
    holding,
    new Set([...known.values()].filter(isVoid).flatMap((group) => group.nodes)),
  );
  return { touched: new Set([...groupOf.keys(), ...parted]) };
}

/** When each of them was made, of those that the app has and that are compared. */
async function liveOf(
  { members }: Family,
  nodes: Nodes,
  named: Iterable<string>,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const compared = [...byConnection(named)].filter(([connection]) => members.has(connection));
  for (const [connection, keys] of compared)
    for (const part of chunksOf(keys, nodesPerWrite))
      for (const [node, record] of await nodes.ofApp(part.map((key) => `${connection}/${key}`)))
        found.set(node, nodes.memberOf(node, record).createdIn);
  return found;
}

const isSame = (group: Group, known: Group | undefined): boolean =>
  known !== undefined &&
  known.nodes.join('\0') === group.nodes.join('\0') &&
  known.matchedBy.join('\0') === group.matchedBy.join('\0');

interface Change {
  readonly changed: readonly Group[];
  readonly parted: readonly string[];
  readonly former: readonly string[];
}

/** What was decided counts from the documents of the records on; everything before may be written again. */
async function write(
  { store, self }: Family,
  { changed, parted, former }: Change,
  sessionId: string,
  holding: Holding,
  isJudged: ReadonlySet<string>,
): Promise<void> {
  const at = new Date();
  const moved = [...new Set([...changed.flatMap((group) => group.nodes), ...parted, ...isJudged])];
  for (const part of chunksOf(moved, nodesPerWrite)) {
    const known = new Map((await store.todos.getMany(part)).map((todo) => [todo._id, todo]));
    // What was one with a connection that left is compared again by the connections that stay.
    const isAgain = (node: string) => isJudged.has(node) && partsOfNode(node).connection !== self;
    await store.todos.putMany(
      part.map(
        (_id): AcrossTodoDoc => ({
          _id,
          judge: known.get(_id)?.judge === true || isAgain(_id),
          waitsFor: null,
        }),
      ),
    );
  }
  for (const part of chunksOf(changed, nodesPerWrite)) {
    await holding();
    await store.groups.putMany(
      part.map(({ id, nodes, matchedBy }) => ({
        ...{ _id: id, nodes, matchedBy, sessionId, at },
        connections: [...byConnection(nodes).keys()].sort(),
      })),
    );
    await store.nodes.putMany(part.flatMap(({ id, nodes }) => nodes.map((_id) => ({ _id, group: id }))));
  }
  for (const part of chunksOf(parted, nodesPerWrite)) await store.nodes.remove(part);
  for (const part of chunksOf(former, nodesPerWrite)) await store.groups.remove(part);
}
