import { readBenchmark } from '../../../activities/processing/benchmarking/standings.ts';
import { figureMethods, positionMethod, type Standing } from '../../../domain/benchmark.ts';
import { benchmarkSentence, figureName, figureText } from '../../../domain/benchmark-sentences.ts';
import type { Route } from '../deps.ts';
import { findConnection, findDefinition } from '../find.ts';
import { type Benchmark, benchmark } from '../schemas/benchmarks.ts';
import { connectionParams } from '../schemas/common.ts';

/** How a connection compares with other companies of its app. */
export const getBenchmark: Route = (api, deps) => {
  const schema = {
    summary: 'Compare a connection with other companies of its app',
    description:
      'Growth, level, averages and concentration, and in which part of the companies each value is. Small groups are not compared, and nothing about a single other company is told.',
    tags: ['Connections'],
    params: connectionParams,
    response: { 200: benchmark },
  };
  api.get(
    '/api/connections/:id/benchmark',
    { schema, config: { needs: 'view' } },
    async ({ params }): Promise<Benchmark> => {
      const connection = await findConnection(deps, params.id);
      const definition = findDefinition(deps, connection.app);
      const { madeAt, standings } = await readBenchmark(deps.stores, definition, connection, deps.now());
      return {
        connectionId: connection._id,
        app: connection.app,
        madeAt: madeAt?.toISOString() ?? null,
        method: positionMethod,
        standings: standings.map(standingView),
      };
    },
  );
};

function standingView(standing: Standing): Benchmark['standings'][number] {
  const { id, metric, kind, entity, currency, better, value, from, to, gap } = standing;
  const { position, compared, comparedTo, typical, group, at } = standing;
  return {
    figure: id,
    name: figureName(standing),
    ...{ metric, kind, entity, currency, better, value },
    text: value === null ? null : figureText(standing, value),
    ...{ from, to, gap },
    position: position && {
      ...position,
      fromPercentile: Math.round((100 * (position.part - 1)) / position.of),
      toPercentile: Math.round((100 * position.part) / position.of),
    },
    ...{ compared, comparedTo, typical, group },
    comparedAt: at,
    method: figureMethods[kind],
    sentence: benchmarkSentence(standing),
  };
}
