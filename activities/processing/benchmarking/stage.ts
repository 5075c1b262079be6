import type { ConnectorDefinition } from '../../../connectors/definition.ts';
import type { Figure } from '../../../domain/benchmark.ts';
import { addsUp } from '../../../domain/datapoints.ts';
import { figuresId } from '../../../stores/figures.ts';
import type { ConnectionDoc, SeriesDoc } from '../../../stores/model.ts';
import type { Analysis, AnalysisInput } from '../analysis.ts';
import { streamFacts } from '../datapoints/facts.ts';
import { refreshDatapoints } from '../datapoints/refresh.ts';
import { judgedDay } from '../judged-day.ts';
import { type FactColumns, type Tally, tally } from './concentration.ts';
import { figuresOf, lastYearOf } from './figures.ts';
import { readBenchmark } from './standings.ts';

/** Makes the connection's figures, and stores where it stands among the companies of its app. */
export const benchmarkConnection: Analysis = async (input) => {
  const { ports, session, connection, definition, life } = input;
  if (definition.metrics.length === 0) return { skipped: 'NO_METRICS' };
  await refreshDatapoints(input);
  await life.stopIfAsked();
  const { _id, company, app, generation } = connection;
  const { stores } = ports;
  const now = new Date();
  const series: SeriesDoc[] = [];
  for await (const one of stores.analysis.of(_id, generation).series.totals()) series.push(one);
  const figures = await figuresOfConnection(input, series, now);
  await life.stopIfAsked();
  await stores.figures.put({
    _id: figuresId(_id, generation),
    ...{ connectionId: _id, company, app, sessionId: session._id, madeAt: now },
    segment: segmentOf(connection, definition),
    figures,
  });
  life.progressed({ figures: figures.length });
  const { standings } = await readBenchmark(stores, definition, connection, now);
  await stores.analysis
    .of(_id, generation)
    .benchmarks.putMany([{ _id: session._id, standings: [...standings], at: now }]);
  return {
    figures: figures.length,
    compared: standings.filter(({ position }) => position !== null).length,
    groupTooSmall: standings.filter(({ gap }) => gap === 'GROUP_TOO_SMALL').length,
  };
};

/** The figures of every metric; records are read once for each resource whose metrics follow entities. */
async function figuresOfConnection(
  input: AnalysisInput,
  series: readonly SeriesDoc[],
  now: Date,
): Promise<Figure[]> {
  const { _id, generation } = input.connection;
  const analysis = input.ports.stores.analysis.of(_id, generation);
  const today = await judgedDay(input, now);
  const figures: Figure[] = [];
  const tallies = new Map<string, Tally[]>();
  for (const metric of input.definition.metrics) {
    const year = lastYearOf(metric, series, today);
    if (year === null) continue;
    figures.push(...figuresOf(year));
    if (!addsUp(metric.measure.kind)) continue;
    const own = metric.entities.map((entity) => tally(year, entity));
    tallies.set(metric.resource, [...(tallies.get(metric.resource) ?? []), ...own]);
  }
  for (const [resource, ones] of tallies) {
    if (ones.length > 0) await addAll(input, streamFacts(analysis, resource), ones);
    figures.push(...ones.flatMap((one) => one.figures()));
  }
  return figures;
}

async function addAll(
  { life }: AnalysisInput,
  pages: AsyncIterable<FactColumns>,
  tallies: readonly Tally[],
): Promise<void> {
  for await (const page of pages) {
    await life.stopIfAsked();
    for (const { add } of tallies) add(page);
  }
}

/** The property that tells which companies are alike; null where the connection has none. */
export function segmentOf(
  { properties }: Pick<ConnectionDoc, 'properties'>,
  { benchmark }: Pick<ConnectorDefinition, 'benchmark'>,
): string | null {
  const value = benchmark?.segment === undefined ? undefined : properties?.[benchmark.segment];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : null;
}
