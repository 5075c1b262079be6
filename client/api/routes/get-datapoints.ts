import { feedingTypes, reportMetricsOf } from '../../../activities/processing/datapoints/report-series.ts';
import type { Route } from '../deps.ts';
import { findConnection, findDefinition, requireMetric } from '../find.ts';
import { invalid, notFound } from '../problem.ts';
import { connectionParams } from '../schemas/common.ts';
import { type Datapoints, datapoints, datapointsQuery } from '../schemas/datapoints.ts';

/** The datapoints of one metric. */
export const getDatapoints: Route = (api, deps) => {
  const schema = {
    summary: 'Get the datapoints of a metric',
    description:
      'One number a period: of all records, or with `dimension` for each of its values. Periods without records are missing. Each currency is a series of its own.',
    tags: ['Analysis'],
    params: connectionParams,
    querystring: datapointsQuery,
    response: { 200: datapoints },
  };
  api.get(
    '/api/connections/:id/datapoints',
    { schema, config: { needs: 'view' } },
    async ({ params, query }): Promise<Datapoints> => {
      const { metric, dimension, value, currency, from = '', to } = query;
      if (value !== undefined && dimension === undefined)
        throw invalid({ path: 'querystring.value', message: 'needs a dimension' });
      const { _id, app, generation } = await findConnection(deps, params.id);
      const ofReports = reportMetricsOf(await feedingTypes(deps.stores, _id));
      if (!ofReports.some(({ id }) => id === metric)) requireMetric(deps, app, metric);
      const defined = [...findDefinition(deps, app).metrics, ...ofReports].find(({ id }) => id === metric);
      if (defined === undefined) throw notFound('metric', metric);
      const stored = deps.stores.analysis.of(_id, generation).series;
      const ids: string[] = [];
      for await (const doc of stored.stream({ points: 0 })) {
        const isMeant =
          doc.metric === metric &&
          doc.dimension?.field === dimension &&
          (value === undefined || doc.dimension?.value === value) &&
          (currency === undefined || doc.currency === currency.toUpperCase());
        if (isMeant) ids.push(doc._id);
      }
      const series: Datapoints['series'] = [];
      for await (const doc of stored.inParts(ids)) {
        const points = doc.points.filter(({ start }) => start >= from && (to === undefined || start < to));
        const { grain, dimension: of, currency: money } = doc;
        series.push({ id: doc._id, metric, grain, dimension: of, currency: money, points });
      }
      return { metric, name: defined.name, series };
    },
  );
};
