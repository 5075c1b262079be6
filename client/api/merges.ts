import { pairOf } from '../../activities/deduplication/work.ts';
import type { Actor } from '../../domain/contracts.ts';
import type { Merges } from '../../stores/merges.ts';
import type { ConnectionDoc, MergeGroupDoc, MergePairDoc } from '../../stores/model.ts';
import { untilSeen } from '../until-seen.ts';
import type { RouteDeps } from './deps.ts';
import { findConnection, latestSession, shownDefinition } from './find.ts';
import { invalid, notFound } from './problem.ts';
import type {
  DecideMergeBody,
  MergeDecided,
  MergeGroupView,
  MergePairView,
  UndoMergeBody,
} from './schemas/merges.ts';

/** Records of a group that may be parted all at once: each pair of them is remembered. */
const mostParted = 50;

/** A connection with what was merged in one of its resources. */
export interface MergesRoom {
  readonly connection: ConnectionDoc;
  readonly resource: string;
  readonly merges: Merges;
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
  return { connection, resource, merges: deps.stores.merges.of(id, connection.generation, resource) };
}

export const groupView = ({ _id, keys, matchedBy, sessionId, at }: MergeGroupDoc): MergeGroupView => ({
  survivor: _id,
  ...{ keys: [...keys], matchedBy: [...matchedBy], sessionId, at: at.toISOString() },
});

export const pairView = ({ _id, keys, suggested, decision, pending }: MergePairDoc): MergePairView => ({
  id: _id,
  keys: [...keys],
  suggested,
  decision: decision === null ? null : { ...decision, at: decision.at.toISOString() },
  pending,
});

/** A merged record, or all of a group, become records of their own; what is parted stays parted. */
export async function undoMerge(
  deps: RouteDeps,
  room: MergesRoom,
  { key, why = null }: Pick<UndoMergeBody, 'key'> & { readonly why?: string | null | undefined },
  by: Actor,
): Promise<MergeDecided> {
  const { merges, resource, connection } = room;
  const member = await merges.members.get(key);
  const group = member === null ? null : await merges.groups.get(member.survivor);
  if (group === null) throw notFound('merged record', key, `of ${resource} in connection ${connection._id}`);
  const all = key === group._id;
  if (all && group.keys.length > mostParted)
    throw invalid({
      path: 'body.key',
      message: `${group.keys.length} records are one here; undo them one by one, ${mostParted} at once are the most`,
    });
  const others = (one: string) => group.keys.filter((other) => (all ? other > one : other !== one));
  const parted = (all ? group.keys : [key]).flatMap((one) => others(one).map((other) => pairOf(one, other)));
  const known = new Map(
    (await merges.pairs.getMany(parted.map(({ _id }) => _id))).map((pair) => [pair._id, pair]),
  );
  const at = deps.now();
  const decision = { is: 'different', from: 'undo', by: { kind: by.kind, id: by.id }, why, at } as const;
  await merges.pairs.putMany(
    parted.map((pair) => ({
      ...{ ...pair, decision, at },
      suggested: known.get(pair._id)?.suggested ?? null,
      pending: true,
    })),
  );
  return { pairs: parted.length, ...(await actOn(deps, room, by)) };
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
  const { merges } = room;
  const pair = await merges.pairs.get(id);
  if (pair === null) throw notFound('pair', id, `of ${room.resource} in connection ${room.connection._id}`);
  const at = deps.now();
  const is = answer === 'accept' ? 'same' : 'different';
  const decision =
    answer === 'withdraw'
      ? null
      : ({ is, from: 'suggestion', by: { kind: by.kind, id: by.id }, why, at } as const);
  await merges.pairs.putMany([{ ...pair, decision, pending: true, at }]);
  // What stays apart as it is needs no session.
  if (pair.decision === null && answer === 'dismiss') return { pairs: 1, sessionId: null, after: null };
  return { pairs: 1, ...(await actOn(deps, room, by)) };
}

/** Starts a session that asks the app for nothing and deduplicates; while none may start, the next one does it. */
async function actOn(
  deps: RouteDeps,
  { connection, resource }: MergesRoom,
  by: Actor,
): Promise<Omit<MergeDecided, 'pairs'>> {
  const isEnabled = connection.resources.some(({ id, enabled }) => id === resource && enabled);
  if (connection.status !== 'STARTED' || !connection.authorized || connection.ownCode !== null || !isEnabled)
    return { sessionId: null, after: null };
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
