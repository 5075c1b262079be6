import { byRank, headlineOf } from '../../../domain/insights.ts';
import type { Route } from '../deps.ts';
import { findConnection, requireMetric } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { insightList, insightsQuery } from '../schemas/insights.ts';

/** What is worth knowing of the numbers of a connection. */
export const listInsights: Route = (api, deps) => {
  const schema = {
    summary: 'List the insights of a connection',
    description:
      'Changes with what drives them, breaks, seasons, concentration, who was lost and won: ranked by size and certainty, each with its numbers and the request that gives them again.',
    tags: ['Analysis'],
    params: connectionParams,
    querystring: insightsQuery,
    response: { 200: insightList },
  };
  api.get(
    '/api/connections/:id/insights',
    { schema, config: { needs: 'view' } },
    async ({ params, query }) => {
      const { _id, app, generation } = await findConnection(deps, params.id);
      const all = [];
      for await (const { _id: id, updatedAt: _, ended, ...one } of deps.stores.analysis
        .of(_id, generation)
        .insights.stream())
        all.push({ ...one, id, ended: ended === null ? null : { ...ended, at: ended.at.toISOString() } });
      if (!all.some(({ metric }) => metric === query.metric)) requireMetric(deps, app, query.metric);
      const asked = all
        .filter(
          ({ kind, metric, ended }) =>
            (query.kind === undefined || kind === query.kind) &&
            (query.metric === undefined || metric === query.metric) &&
            (query.ended === 'all' || (query.ended === 'only') === (ended !== null)),
        )
        .sort((a, b) => Number(a.ended !== null) - Number(b.ended !== null) || byRank(a, b));
      const insights = asked.slice(0, query.limit).map((one) => ({
        ...one,
        numbers: { ...one.numbers },
        entities: [...one.entities],
        drivers: driversOf(one),
      }));
      return {
        headline: headlineOf(asked)?.sentence ?? null,
        insights,
        left: asked.length - insights.length,
      };
    },
  );
};

const driversOf = <D extends { readonly values: readonly object[] }>({
  drivers,
}: {
  readonly drivers: D | null;
}) =>
  drivers === null
    ? null
    : { ...drivers, values: drivers.values.map((one) => ({ ...one })) as D['values'][number][] };
