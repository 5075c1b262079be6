import { byConnection, partsOfNode } from '../../../domain/across.ts';
import type { Route, RouteDeps } from '../deps.ts';
import { findGroup, findMerges, groupViews, type MergesRoom, pairView } from '../merges.ts';
import { notFound } from '../problem.ts';
import { connectionParams } from '../schemas/common.ts';
import {
  type MergeDetail,
  mergeDetail,
  mergeGroups,
  mergePairs,
  mergeQuery,
  mergesQuery,
  suggestionsQuery,
} from '../schemas/merges.ts';

const common = { tags: ['Deduplication'], params: connectionParams };
const config = { needs: 'readData' } as const;

/** Records that are one. */
export const listMerges: Route = (api, deps) => {
  const schema = {
    ...{ ...common, querystring: mergesQuery, response: { 200: mergeGroups } },
    summary: 'List the merges of a connection',
    description:
      'Records of different keys that are one, by the key of the record that stays. Give the answered `next` as `after`.',
  };
  api.get('/api/connections/:id/merges', { schema, config }, async ({ params, query }) => {
    const { resource, limit, after } = query;
    const room = await findMerges(deps, params.id, resource);
    const { merges, resource: found } = room;
    const groups = await merges.groups.pageWhere({}, { limit, ...(after === undefined ? {} : { after }) });
    const next = groups.length < limit ? null : (groups.at(-1)?._id ?? null);
    return { resource: found, groups: await groupViews(room, groups), next };
  });
};

/** One group with what the app has of each record. */
export const getMerge: Route = (api, deps) => {
  const schema = {
    ...{ ...common, querystring: mergeQuery, response: { 200: mergeDetail } },
    summary: 'Show a merge',
    description: 'What readers see, and each of its records as the app has it; by the key of any of them.',
  };
  api.get('/api/connections/:id/merges/one', { schema, config }, async ({ params, query }) => {
    const room = await findMerges(deps, params.id, query.resource);
    const { resource } = room;
    const found = await findGroup(room, query.key);
    if (found === null)
      throw notFound('merged record', query.key, `of ${resource} in connection ${params.id}`);
    const { group, survivor, nodes } = found;
    const places = await placesOf(deps, room);
    const stays = partsOfNode(survivor);
    const visible = await places.get(stays.connection)?.records.get(stays.key);
    const records: MergeDetail['records'] = [];
    for (const [connection, keys] of byConnection(nodes)) {
      const place = places.get(connection);
      if (place === undefined) continue;
      const members = new Map((await place.merges.members.getMany(keys)).map((doc) => [doc._id, doc]));
      // Where its own session was not there yet, readers still see it as the app has it.
      const plain = new Map((await place.records.getMany(keys)).map((doc) => [doc._id, doc]));
      for (const key of keys) {
        const member = members.get(key);
        const record = member === undefined ? plain.get(key) : member.record;
        records.push({
          ...{ connection, key, data: record?.data ?? null },
          mergedIn: member?.mergedIn ?? group.sessionId,
        });
      }
    }
    const [view] = await groupViews(room, [group]);
    if (view === undefined) throw notFound('merged record', query.key, `of ${resource}`);
    return { ...view, data: visible?.data ?? null, records };
  });
};

/** What the connections of the company have of the resource, by connection. */
async function placesOf({ stores }: RouteDeps, { connection: { company, app }, resource }: MergesRoom) {
  const found = await stores.connections.list({ company, app });
  return new Map(
    found.map(({ _id, generation }) => [
      _id,
      {
        records: stores.records.of(_id, generation, resource),
        merges: stores.merges.of(_id, generation, resource),
      },
    ]),
  );
}

/** Near matches, and what people decided. */
export const listMergeSuggestions: Route = (api, deps) => {
  const schema = {
    ...{ ...common, querystring: suggestionsQuery, response: { 200: mergePairs } },
    summary: 'List near matches and decisions',
    description:
      'Pairs of records that are nearly equal: they are merged only when a person says so. With `state=decided` what was decided, undone merges too.',
  };
  api.get('/api/connections/:id/merges/suggestions', { schema, config }, async ({ params, query }) => {
    const { resource, state, limit, after } = query;
    const { merges, across, resource: found } = await findMerges(deps, params.id, resource);
    const where =
      state === 'waiting' ? { decision: null, suggested: { $ne: null } } : { decision: { $ne: null } };
    const page = { limit, ...(after === undefined ? {} : { after }) };
    const ofTwo = await across.pairs.pageWhere({ ...where, connections: params.id }, page);
    const pairs = [...(await merges.pairs.pageWhere(where, page)), ...ofTwo]
      .sort((a, b) => (a._id < b._id ? -1 : 1))
      .slice(0, limit);
    const next = pairs.length < limit ? null : (pairs.at(-1)?._id ?? null);
    return { resource: found, pairs: pairs.map((pair) => pairView(params.id, pair)), next };
  });
};
