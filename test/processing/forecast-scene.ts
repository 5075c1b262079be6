import type { Life } from '../../activities/life.ts';
import { cleanStored } from '../../activities/processing/cleaning/clean-stored.ts';
import { forecastStored } from '../../activities/processing/forecasting/forecast-stored.ts';
import type { Forecaster } from '../../activities/processing/forecasting/pool.ts';
import { type ConnectorDefinition, definitionSchema } from '../../connectors/definition.ts';
import type { Datapoint, DatapointSeries } from '../../domain/datapoints.ts';
import { seriesIdOf } from '../../domain/datapoints.ts';
import type { CurrentForecastDoc, SeriesDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { allocate, connectionDoc, newId } from '../stores/support.ts';
import { analysisInput } from './analysis-input.ts';

const metric = (id: string, kind: string, more: object = {}) => ({
  id,
  name: id[0]?.toUpperCase() + id.slice(1),
  resource: 'orders',
  measure: kind === 'count' ? { kind } : { kind, field: 'amount', ...(kind === 'ratio' && { per: 'sales' }) },
  time: 'day',
  grain: 'month',
  ...more,
});

/** An app with sales by category, orders, and a margin. */
export const shopWithMetrics: ConnectorDefinition = definitionSchema.parse({
  version: 1,
  id: 'shop',
  name: 'Shop',
  auth: { kind: 'basic' },
  identity: { path: '/me', account: '/id' },
  resources: [
    {
      id: 'orders',
      name: 'Orders',
      path: '/orders',
      recordsPath: '/data',
      key: ['id'],
      schema: {
        type: 'object',
        properties: {
          id: { type: 'string' },
          amount: { type: 'number' },
          sales: { type: 'number' },
          day: { type: 'string' },
          category: { type: 'string' },
        },
      },
    },
  ],
  metrics: [
    metric('sales', 'sum', { dimensions: ['category'], currency: { code: 'USD' } }),
    metric('orders', 'count'),
    metric('margin', 'ratio'),
  ],
});

/** First days of months, the first one `month` months after January 2014. */
export const monthOf = (month: number): string => new Date(Date.UTC(2014, month)).toISOString().slice(0, 10);

/** A growing business with a year in it. */
export const lively = (month: number): number =>
  Math.round(1_000 + 10 * month + 300 * Math.sin((month * Math.PI) / 6) + ((month * 37) % 50));

export const months = (count: number, of: (month: number) => number | null, rows = 1): Datapoint[] =>
  Array.from({ length: count }, (_, month) => ({ start: monthOf(month), value: of(month), rows }));

export const seriesDoc = (points: readonly Datapoint[], more: Partial<DatapointSeries> = {}): SeriesDoc => {
  const about = { metric: 'orders', grain: 'month' as const, dimension: null, currency: null, ...more };
  return { ...about, _id: seriesIdOf(about), points, changedIn: 'c.1', updatedAt: new Date() };
};

/** A connection whose series a test writes itself. */
export async function forecastScene(stores: Stores, forecaster: Forecaster) {
  const id = newId('forecast');
  const connection = await stores.connections.create(connectionDoc(id));
  const analysis = stores.analysis.of(id, 1);
  const asked: number[] = [];
  let aborter = new AbortController();
  const ports = {
    stores,
    forecaster: {
      ...forecaster,
      forecast: (input, signal) => {
        asked.push(input.points.length);
        return forecaster.forecast(input, signal);
      },
    } satisfies Forecaster,
  };
  const open = () => allocate(stores, connection, `run-${newId()}`);
  type Session = Awaited<ReturnType<typeof open>>;
  const inputOf = (session: Session, life: Partial<Life> = {}) =>
    analysisInput({ ports, session, connection, definition: shopWithMetrics, life });
  return {
    id,
    connection,
    analysis,
    /** Lengths of the series that were really forecast, in order. */
    asked,
    open,
    write: (docs: readonly SeriesDoc[]) => analysis.series.putMany(docs),
    /** Runs the stage; `stopAfter` cancels the activity after so many series. */
    async run(session: Session, asOf: string, stopAfter = Number.POSITIVE_INFINITY) {
      aborter = new AbortController();
      const { signal } = aborter;
      let done = 0;
      const life = {
        signal,
        progressed: () => {
          done += 1;
          if (done >= stopAfter) aborter.abort(new Error('canceled'));
        },
        stopIfAsked: async () => signal.throwIfAborted(),
      };
      return forecastStored(inputOf(session, life), asOf);
    },
    /** Looks for what is odd in the past, as the last substage does. */
    clean: async (asOf: string) => cleanStored(inputOf(await open()), asOf),
    current: async (series: string) => (await analysis.forecasts.get(series)) as CurrentForecastDoc,
  };
}
