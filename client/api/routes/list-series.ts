import { feedingTypes, reportMetricsOf } from '../../../activities/processing/datapoints/report-series.ts';
import { datapointsState } from '../../../activities/processing/datapoints/state.ts';
import type { SeriesDoc } from '../../../stores/model.ts';
import type { Route } from '../deps.ts';
import { findConnection, findDefinition, requireMetric } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { type SeriesList, seriesList, seriesQuery } from '../schemas/datapoints.ts';

const nothing = { undated: 0, outOfRange: 0, unmeasured: 0, untold: 0 };

/** What series of datapoints a connection has, and how much of its records is in them. */
export const listSeries: Route = (api, deps) => {
  const schema = {
    summary: 'List the series of datapoints of a connection',
    description:
      'A series for each metric of the definition, in all and for each value of its dimensions, by currency. Also how many records are not in them, and why.',
    tags: ['Analysis'],
    params: connectionParams,
    querystring: seriesQuery,
    response: { 200: seriesList },
  };
  api.get(
    '/api/connections/:id/series',
    { schema, config: { needs: 'view' } },
    async ({ params, query }): Promise<SeriesList> => {
      const { _id, app, generation } = await findConnection(deps, params.id);
      const ofReports = reportMetricsOf(await feedingTypes(deps.stores, _id));
      if (!ofReports.some(({ id }) => id === query.metric)) requireMetric(deps, app, query.metric);
      const metrics = [...findDefinition(deps, app).metrics, ...ofReports].filter(
        ({ id }) => query.metric === undefined || id === query.metric,
      );
      const analysis = deps.stores.analysis.of(_id, generation);
      const state = await datapointsState(analysis);
      const names = new Set(metrics.map(({ id }) => id));
      const series: SeriesList['series'] = [];
      for await (const doc of analysis.series.stream()) {
        const isMeant = query.dimension === undefined || doc.dimension?.field === query.dimension;
        if (names.has(doc.metric) && isMeant) series.push(lineOf(doc));
      }
      return {
        session: state?.session ?? null,
        metrics: metrics.map(({ id, name, resource, measure, grain, better }) => {
          const made = series.filter((one) => one.metric === id).length;
          const known = state?.metrics[id] ?? { series: made, records: 0, uncounted: nothing };
          return { id, name, resource, measure: measure.kind, grain, better, ...known };
        }),
        series,
      };
    },
  );
};

const lineOf = ({ _id: id, metric, grain, dimension, currency, points }: SeriesDoc) => ({
  ...{ id, metric, grain, dimension, currency, points: points.length },
  rows: points.reduce((sum, { rows }) => sum + rows, 0),
  first: points[0]?.start ?? null,
  last: points.at(-1)?.start ?? null,
});
