import type { Route } from '../deps.ts';
import { findMerges, groupView, pairView } from '../merges.ts';
import { notFound } from '../problem.ts';
import { connectionParams } from '../schemas/common.ts';
import {
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
    const { merges, resource: found } = await findMerges(deps, params.id, resource);
    const groups = await merges.groups.pageWhere({}, { limit, ...(after === undefined ? {} : { after }) });
    const next = groups.length < limit ? null : (groups.at(-1)?._id ?? null);
    return { resource: found, groups: groups.map(groupView), next };
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
    const { connection, resource, merges } = await findMerges(deps, params.id, query.resource);
    const member = await merges.members.get(query.key);
    const group = member === null ? null : await merges.groups.get(member.survivor);
    if (group === null)
      throw notFound('merged record', query.key, `of ${resource} in connection ${params.id}`);
    const visible = await deps.stores.records
      .of(connection._id, connection.generation, resource)
      .get(group._id);
    const members = await merges.members.getMany(group.keys);
    return {
      ...groupView(group),
      data: visible?.data ?? null,
      records: members.map(({ _id, record, mergedIn }) => ({
        key: _id,
        data: record?.data ?? null,
        mergedIn,
      })),
    };
  });
};

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
    const { merges, resource: found } = await findMerges(deps, params.id, resource);
    const where =
      state === 'waiting' ? { decision: null, suggested: { $ne: null } } : { decision: { $ne: null } };
    const pairs = await merges.pairs.pageWhere(where, { limit, ...(after === undefined ? {} : { after }) });
    const next = pairs.length < limit ? null : (pairs.at(-1)?._id ?? null);
    return { resource: found, pairs: pairs.map(pairView), next };
  });
};
