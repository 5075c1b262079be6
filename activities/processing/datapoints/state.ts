import type { Uncounted } from '../../../domain/datapoints.ts';
import type { Analysis } from '../../../stores/analysis.ts';

/** How far the facts of a resource are. */
export interface ResourceState {
  readonly columnsPrint: string;
  readonly metricsPrint: string;
  /** The last session that was taken in, and how many of its change documents; -1: its merge was not whole. */
  readonly session: number;
  readonly changes: number;
  /** By which definition of the resource its records were read last; null before the first. */
  readonly definition: string | null;
  readonly records: number;
  /** Dimensions with too many values, `<metric>/<field>`. */
  readonly wide: readonly string[];
}

/** What is known of a metric beside its points. */
export interface MetricState {
  readonly series: number;
  /** Records of its resource. */
  readonly records: number;
  readonly uncounted: Uncounted;
}

/** How far the datapoints of a connection are. */
export interface DatapointsState {
  /** Number of the last session that was taken in. */
  readonly session: number;
  /** False while resources of a session are taken in one after the other. */
  readonly settled: boolean;
  /** Ids of the series that the session changed, made or removed. */
  readonly touched: readonly string[];
  /** By resource. */
  readonly resources: Readonly<Record<string, ResourceState>>;
  /** By metric. */
  readonly metrics: Readonly<Record<string, MetricState>>;
}

/** What is being computed again: written before anything is changed, so that a killed attempt forgets nothing. */
export interface Work {
  /** By time field, the days whose periods are touched. */
  readonly days: Readonly<Record<string, readonly string[]>>;
  /** All points of the resource. */
  readonly everything: boolean;
  /** Series that the session removed. */
  readonly removed: readonly string[];
  readonly sessionId: string;
}

const noWork: Omit<Work, 'sessionId'> = { days: {}, everything: false, removed: [] };

// No resource is called so.
const stateId = '/state';
const workId = (resource: string): string => `/pending/${resource}`;

/** How far the datapoints of a connection are; null before the first session. */
export async function datapointsState({ facts }: Pick<Analysis, 'facts'>): Promise<DatapointsState | null> {
  const doc = await facts.get(stateId);
  return doc === null ? null : (JSON.parse(doc.data) as DatapointsState);
}

export const putState = ({ facts }: Analysis, state: DatapointsState): Promise<void> =>
  facts.putMany([{ _id: stateId, data: JSON.stringify(state), updatedAt: new Date() }]);

/** What a killed attempt was about, of whatever session; what it removed only if that was this one. */
export async function readWork({ facts }: Analysis, resource: string, sessionId: string): Promise<Work> {
  const doc = await facts.get(workId(resource));
  const stored = doc === null ? { ...noWork, sessionId } : (JSON.parse(doc.data) as Work);
  return stored.sessionId === sessionId ? stored : { ...stored, removed: [], sessionId };
}

export const putWork = ({ facts }: Analysis, resource: string, work: Work): Promise<void> =>
  facts.putMany([{ _id: workId(resource), data: JSON.stringify(work), updatedAt: new Date() }]);

export const removeWork = ({ facts }: Analysis, resources: readonly string[]): Promise<void> =>
  facts.remove(resources.map(workId));
