import { readGroups } from '../../activities/deduplication/across/nodes.ts';
import { pairOf } from '../../activities/deduplication/work.ts';
import { nodeOf, partsOfNode } from '../../domain/across.ts';
import type { Actor } from '../../domain/contracts.ts';
import type { Across } from '../../stores/across.ts';
import type { Merges } from '../../stores/merges.ts';
import type { AcrossPairDoc, ConnectionDoc, MergeGroupDoc, MergePairDoc } from '../../stores/model.ts';
import { untilSeen } from '../until-seen.ts';
import type { RouteDeps } from './deps.ts';
import { findConnection, latestSession, shownDefinition } from './find.ts';
import { invalid, notFound } from './problem.ts';
import type {
  DecideMergeBody,
  MergeDecided,
  MergeGroupView,
  MergePairView,
  RecordPlace,
  UndoMergeBody,
} from './schemas/merges.ts';

/** Records of a group that may be parted all at once: each pair of them is remembered. */
const mostParted = 50;

/** A connection with what was merged in one of its resources. */
export interface MergesRoom {
  readonly connection: ConnectionDoc;
  readonly resource: string;
  readonly merges: Merges;
  /** What is one with records of the company's other connections. */
  readonly across: Across;
}

/** @param asked The resource; the only one that the app deduplicates unless given. @throws {TributaryError} NOT_FOUND, INVALID_INPUT */
export async function findMerges(
  deps: RouteDeps,
  id: string,
  asked: string | undefined,
): Promise<MergesRoom> {
  const connection = await findConnection(deps, id);
  const listed = shownDefinition(deps, connection.app)?.deduplication?.map(({ resource }) => resource) ?? [];
  const [only, ...others] = listed;
  const resource = asked ?? (others.length === 0 ? only : undefined);
  if (resource === undefined)
    throw invalid({
      path: 'resource',
      message:
        listed.length === 0
          ? 'is needed: the app deduplicates nothing'
          : `must be one of ${listed.join(', ')}`,
    });
  if (!connection.resources.some((one) => one.id === resource))
    throw notFound('resource', resource, `in connection ${id}`);
  const { merges, across } = deps.stores;
  const { company, app, generation } = connection;
  const room = { merges: merges.of(id, generation, resource), across: across.of(company, app, resource) };
  return { connection, resource, ...room };
}

/** The group of a merged record, and all of its records as `<connection>/<key>`; null: it is merged with nothing. */
export async function findGroup(
  { connection, merges, across }: Pick<MergesRoom, 'connection' | 'merges' | 'across'>,
  key: string,
): Promise<{
  readonly group: MergeGroupDoc;
  readonly survivor: string;
  readonly nodes: readonly string[];
} | null> {
  const member = await merges.members.get(key);
  const group = member === null ? null : await merges.groups.get(member.survivor);
  if (group === null) return null;
  const node = nodeOf(connection._id, key);
  const decided = (await readGroups(across, [node])).get(node);
  const own = group.keys.map((one) => nodeOf(connection._id, one));
  const nodes = decided?.nodes ?? [...own, ...(group.others ?? [])];
  return { group, survivor: decided?.id ?? nodeOf(connection._id, group._id), nodes };
}

/** A record of a connection. */
export const recordPlace = (node: string): RecordPlace => partsOfNode(node);

/** Groups as the API shows them. */
export async function groupViews(
  { connection, across }: Pick<MergesRoom, 'across'> & { readonly connection: Pick<ConnectionDoc, '_id'> },
  groups: readonly MergeGroupDoc[],
): Promise<MergeGroupView[]> {
  const away = groups.filter((group) => group.away).map(({ keys }) => nodeOf(connection._id, keys[0] ?? ''));
  const decided = await readGroups(across, away);
  return groups.map(({ _id, keys, others = [], away: isAway, matchedBy, sessionId, at }) => {
    const into = isAway ? decided.get(nodeOf(connection._id, keys[0] ?? '')) : undefined;
    const elsewhere = into?.nodes.filter((node) => partsOfNode(node).connection !== connection._id) ?? others;
    return {
      survivor: _id,
      ...{ keys: [...keys], matchedBy: [...matchedBy], sessionId, at: at.toISOString() },
      others: elsewhere.map(recordPlace),
      mergedInto: into === undefined ? null : recordPlace(into.id),
    };
  });
}

export const pairView = (connectionId: string, pair: MergePairDoc | AcrossPairDoc): MergePairView => {
  const { _id, keys, suggested, decision, pending } = pair;
  const nodes = 'connections' in pair ? keys : keys.map((key) => nodeOf(connectionId, key));
  return {
    id: _id,
    keys: nodes.map((node) => recordPlace(node).key),
    records: nodes.map(recordPlace),
    suggested,
    decision: decision === null ? null : { ...decision, at: decision.at.toISOString() },
    pending,
  };
};

/** A merged record, or all of a group, become records of their own; what is parted stays parted. */
export async function undoMerge(
  deps: RouteDeps,
  room: MergesRoom,
  { key, why = null }: Pick<UndoMergeBody, 'key'> & { readonly why?: string | null | undefined },
  by: Actor,
): Promise<MergeDecided> {
  const { resource, connection } = room;
  const found = await findGroup(room, key);
  if (found === null) throw notFound('merged record', key, `of ${resource} in connection ${connection._id}`);
  const { nodes, survivor } = found;
  const node = nodeOf(connection._id, key);
  const all = node === survivor;
  if (all && nodes.length > mostParted)
    throw invalid({
      path: 'body.key',
      message: `${nodes.length} records are one here; undo them one by one, ${mostParted} at once are the most`,
    });
  const others = (one: string) => nodes.filter((other) => (all ? other > one : other !== one));
  const parted = (all ? nodes : [node]).flatMap((one) => others(one).map((other) => [one, other] as const));
  const at = deps.now();
  const decision = { is: 'different', from: 'undo', by: { kind: by.kind, id: by.id }, why, at } as const;
  await putPairs(deps, room, parted, { decision, at, pending: true });
  return { pairs: parted.length, ...(await actOn(deps, room, by)) };
}

/** Pairs of one connection are kept with it, those of two with neither. */
async function putPairs(
  { stores }: RouteDeps,
  { connection: { company, app }, resource, across }: MergesRoom,
  pairs: readonly (readonly [string, string])[],
  decided: Pick<MergePairDoc, 'decision' | 'at' | 'pending'>,
): Promise<void> {
  const generations = new Map(
    (await stores.connections.list({ company, app })).map(({ _id, generation }) => [_id, generation]),
  );
  const ofOne = new Map<string, Pick<MergePairDoc, '_id' | 'keys'>[]>();
  const ofTwo: Pick<AcrossPairDoc, '_id' | 'keys' | 'connections'>[] = [];
  for (const [one, other] of pairs) {
    const [a, b] = [partsOfNode(one), partsOfNode(other)];
    if (a.connection === b.connection)
      ofOne.set(a.connection, [...(ofOne.get(a.connection) ?? []), pairOf(a.key, b.key)]);
    else ofTwo.push({ ...pairOf(one, other), connections: [a.connection, b.connection].sort() });
  }
  await across.pairs.putMany(ofTwo.map((pair) => ({ ...pair, ...decided, suggested: null })));
  for (const [connectionId, own] of ofOne) {
    const { pairs: kept } = stores.merges.of(connectionId, generations.get(connectionId) ?? 1, resource);
    const before = new Map((await kept.getMany(own.map(({ _id }) => _id))).map((pair) => [pair._id, pair]));
    await kept.putMany(
      own.map((pair) => ({ ...pair, ...decided, suggested: before.get(pair._id)?.suggested ?? null })),
    );
  }
}

/** A person answers a suggestion, or takes an earlier answer or undo back. */
export async function decidePair(
  deps: RouteDeps,
  room: MergesRoom,
  {
    pair: id,
    answer,
    why = null,
  }: Pick<DecideMergeBody, 'pair' | 'answer'> & { readonly why?: string | null | undefined },
  by: Actor,
): Promise<MergeDecided> {
  const { merges, across } = room;
  const ofTwo = await across.pairs.get(id);
  const isOurs = ofTwo?.connections.includes(room.connection._id) === true;
  const pair = (await merges.pairs.get(id)) ?? (isOurs ? ofTwo : null);
  if (pair === null) throw notFound('pair', id, `of ${room.resource} in connection ${room.connection._id}`);
  const at = deps.now();
  const is = answer === 'accept' ? 'same' : 'different';
  const decision =
    answer === 'withdraw'
      ? null
      : ({ is, from: 'suggestion', by: { kind: by.kind, id: by.id }, why, at } as const);
  const decided = { decision, pending: true, at };
  if (ofTwo !== null && pair === ofTwo) await across.pairs.putMany([{ ...ofTwo, ...decided }]);
  else await merges.pairs.putMany([{ ...pair, ...decided }]);
  // What stays apart as it is needs no session.
  if (pair.decision === null && answer === 'dismiss') return { pairs: 1, sessionId: null, after: null };
  return { pairs: 1, ...(await actOn(deps, room, by)) };
}

/** Whether a session of the connection may start to merge or part records of the resource. */
export const mayMerge = (
  { status, authorized, ownCode, resources }: ConnectionDoc,
  resource: string,
): boolean =>
  status === 'STARTED' &&
  authorized &&
  ownCode === null &&
  resources.some(({ id, enabled }) => id === resource && enabled);

/** Starts a session that asks the app for nothing and deduplicates; while none may start, the next one does it. */
async function actOn(
  deps: RouteDeps,
  { connection, resource }: MergesRoom,
  by: Actor,
): Promise<Omit<MergeDecided, 'pairs'>> {
  if (!mayMerge(connection, resource)) return { sessionId: null, after: null };
  const before = await latestSession(deps, connection._id);
  const open = before?.closedAt === null ? before._id : null;
  const scope = { resources: [resource], replay: { resource, ids: [] } };
  const { runId } = await deps.sessions.requestSession(connection, { by, scope });
  if (runId === null) return { sessionId: null, after: open };
  const begun = await untilSeen(deps.waitMs, async () => {
    const latest = await latestSession(deps, connection._id);
    return latest?.runIds.includes(runId) ? latest : null;
  });
  const isOurs = begun?.scope.replay !== undefined;
  return { sessionId: isOurs ? begun._id : null, after: isOurs ? null : (begun?._id ?? null) };
}
