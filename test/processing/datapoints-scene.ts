import type { AnalysisInput } from '../../activities/processing/analysis.ts';
import { refreshDatapoints } from '../../activities/processing/datapoints/refresh.ts';
import type { ConnectorDefinition, ConnectorDefinitionInput } from '../../connectors/definition.ts';
import type { Datapoint } from '../../domain/datapoints.ts';
import type { JsonObject } from '../../domain/json.ts';
import { emptyLedger } from '../../domain/ledger.ts';
import { changeId } from '../../stores/feed.ts';
import type { ConnectionDoc, SeriesDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { runId } from '../../stores/structuring.ts';
import { at, connectionDoc, newId, person, record } from '../stores/support.ts';
import { storefrontWithMetrics } from '../support/storefront.ts';
import { analysisInput } from './analysis-input.ts';

type MetricInput = NonNullable<ConnectorDefinitionInput['metrics']>[number];
type Metric = ConnectorDefinition['metrics'][number];

/** A metric of orders by `day`, months unless it says otherwise. */
export const metric = (more: Partial<MetricInput> = {}): Metric =>
  ({
    ...{ id: 'sales', name: 'Sales', resource: 'orders', measure: { kind: 'sum', field: 'amount' } },
    ...{ time: 'day', grain: 'month', dimensions: [], entities: [], better: 'up', ...more },
  }) as Metric;

/** What one session does to the records: by key its data, or null where it deletes it. */
export type Doing = Readonly<Record<string, JsonObject | null>>;

export interface PassOptions {
  /** The merge stops half-way: records are changed, and nothing tells which. */
  readonly half?: boolean;
  /** False: the session ends before processing. @default true */
  readonly refresh?: boolean;
  readonly openedAt?: Date;
  readonly definition?: string;
  readonly life?: Partial<AnalysisInput['life']>;
}

/** A connection whose sessions are played on the real store, without the engine. */
export async function createScene(stores: Stores, options: Partial<ConnectionDoc> = {}) {
  const connection = await stores.connections.create(connectionDoc(newId('dp'), options));
  const { _id: connectionId } = connection;
  const analysis = stores.analysis.of(connectionId, 1);
  const records = stores.records.of(connectionId, 1, 'orders');
  let metrics: readonly Metric[] = [metric()];
  let timeZone = connection.timeZone;
  const definition = () => ({ ...storefrontWithMetrics, metrics: [...metrics] });

  async function open({ openedAt = at }: PassOptions = {}) {
    const known = await stores.connections.get(connectionId);
    return stores.sessions.allocate({
      connection: known ?? connection,
      runId: newId('run'),
      openedBy: person,
      scope: {},
      resources: ['orders'],
      at: openedAt,
    });
  }

  async function merge(
    sessionId: string,
    doing: Doing,
    { half = false, definition = 'd1' }: PassOptions = {},
  ) {
    const before = await records.count();
    const run = await stores.structuring.beginRun({
      ...{ sessionId, connectionId, resource: 'orders', recordsBefore: before, definition, at },
    });
    const keys = Object.keys(doing);
    const there = new Set((await records.getMany(keys)).map(({ _id }) => _id));
    const kept = keys.filter((key) => doing[key] !== null);
    const deleted = keys.filter((key) => doing[key] === null && there.has(key));
    await records.putMany(kept.map((key) => record(key, doing[key] as JsonObject)));
    await records.remove(deleted);
    if (half) return;
    await stores.feed.putChange({
      _id: changeId(sessionId, 'orders', 0),
      added: kept.filter((key) => !there.has(key)),
      updated: kept.filter((key) => there.has(key)),
      deleted,
    });
    const progress = { ledger: emptyLedger, mergedBatches: 1, nulls: {}, newest: null, bytes: 0 };
    await stores.structuring.progress(run._id, progress);
    await stores.structuring.endRun(runId(sessionId, 'orders'), 'COMPLETED', null, at);
  }

  async function inputOf(
    sessionId: string,
    life: Partial<AnalysisInput['life']> = {},
    through: Stores = stores,
  ): Promise<AnalysisInput> {
    const session = await stores.sessions.get(sessionId);
    const known = await stores.connections.get(connectionId);
    if (session === null || known === null) throw new Error(`${sessionId} is not there.`);
    return analysisInput({
      ports: { stores: through, definition },
      ...{ session, life, definition: definition() },
      connection: { ...known, timeZone },
    });
  }

  /** The stored series, by id. */
  async function series(): Promise<Map<string, SeriesDoc>> {
    const found = new Map<string, SeriesDoc>();
    for await (const doc of analysis.series.stream()) found.set(doc._id, doc);
    return found;
  }

  return {
    ...{ connectionId, analysis, records, open, merge, inputOf, series },
    define(next: readonly Metric[], zone = timeZone): void {
      metrics = next;
      timeZone = zone;
    },
    refresh: async (sessionId: string, life?: Partial<AnalysisInput['life']>) =>
      refreshDatapoints(await inputOf(sessionId, life)),
    /** Dies after so many writes. @returns what was touched; null when it died */
    async refreshDying(sessionId: string, writes: number): Promise<readonly string[] | null> {
      try {
        const input = await inputOf(sessionId, {}, dyingAfter(stores, writes));
        return (await refreshDatapoints(input)).touched;
      } catch (error) {
        if (error instanceof Error && error.message === died) return null;
        throw error;
      }
    },
    /** One session from begin to end. */
    async pass(doing: Doing, options: PassOptions = {}) {
      const session = await open(options);
      await merge(session._id, doing, options);
      if (options.refresh === false) return { session: session._id, touched: [] as readonly string[] };
      const { touched } = await refreshDatapoints(await inputOf(session._id, options.life));
      return { session: session._id, touched };
    },
    /** The points of a series; undefined where there is no such series. */
    points: async (id: string): Promise<readonly Datapoint[] | undefined> =>
      (await analysis.series.get(id))?.points,
    /** Series and points alone, for comparing. */
    plain: async () =>
      [...(await series()).values()].map(({ _id, grain, points }) => ({ _id, grain, points })),
  };
}

const died = 'The process died.';

/** The store of a process that dies right after its so many-th write to what processing keeps. */
function dyingAfter(stores: Stores, writes: number): Stores {
  let left = writes;
  const dying =
    <A extends readonly unknown[]>(write: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      if (left === 0) throw new Error(died);
      await write(...args);
      left -= 1;
      if (left === 0) throw new Error(died);
    };
  const of: Stores['analysis']['of'] = (connectionId, generation) => {
    const { facts, series, ...rest } = stores.analysis.of(connectionId, generation);
    return {
      ...rest,
      facts: { ...facts, putMany: dying(facts.putMany), remove: dying(facts.remove) },
      series: { ...series, putMany: dying(series.putMany), remove: dying(series.remove) },
    };
  };
  return { ...stores, analysis: { ...stores.analysis, of } };
}

export type Scene = Awaited<ReturnType<typeof createScene>>;
