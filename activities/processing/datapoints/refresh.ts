import { isReportMetric } from '../../../domain/report-target.ts';
import type { AnalysisInput } from '../analysis.ts';
import { analysisOf, type Border, createBorder } from './border.ts';
import { bringResource } from './bring-resource.ts';
import { lastDayAt } from './calendar.ts';
import { changedKeys } from './changed-keys.ts';
import { dropPages } from './pages.ts';
import { type Metric, plansOf, type ResourcePlan } from './plan.ts';
import { type DatapointsState, datapointsState, putState, putWork, readWork, removeWork } from './state.ts';

const nothing: DatapointsState = { session: 0, settled: true, touched: [], resources: {}, metrics: {} };
/** Under which the work on what the definition no longer names is kept. */
const noResource = '';

/**
 * Brings the facts and the series of a connection to the records as they are in this session. Does nothing when that is
 * done already. It may be stopped or killed at any point, and is then done again.
 * @returns ids of the series that the session changed, made or removed
 */
export async function refreshDatapoints(
  input: AnalysisInput,
): Promise<{ readonly touched: readonly string[] }> {
  const { connection, definition, session } = input;
  const { metrics } = definition;
  if (metrics.length === 0) return { touched: [] };
  const analysis = analysisOf(input);
  const border = createBorder(input);
  const before = (await datapointsState(analysis)) ?? nothing;
  // A later session was taken in already: the records are as it left them.
  const number = Math.max(session.number, before.session);
  let state = before;
  const plans = plansOf(metrics, { timeZone: connection.timeZone, lastDay: lastDayAt(session.openedAt) });
  for (const plan of plans) state = await takeIn(input, plan, border, { state, number });
  if (isForgotten(state, metrics)) state = await forget(input, state, metrics);
  if (state.settled && state.session === number) return { touched: state.touched };

  const touched = new Set(before.session === number ? before.touched : []);
  const works = [...plans.map(({ resource }) => resource), noResource];
  for (const resource of works)
    for (const id of (await readWork(analysis, resource, session._id)).removed) touched.add(id);
  for await (const { _id, changedIn } of analysis.series.stream({ changedIn: 1 }))
    if (changedIn === session._id) touched.add(_id);
  state = { ...state, session: number, settled: true, touched: [...touched].sort() };
  await putState(analysis, state);
  await removeWork(analysis, works);
  return { touched: state.touched };
}

/** Takes in what changed of one resource. @returns the state after; what is not settled in it is stored already */
async function takeIn(
  input: AnalysisInput,
  plan: ResourcePlan,
  border: Border,
  { state, number }: { readonly state: DatapointsState; readonly number: number },
): Promise<DatapointsState> {
  const { resource, columnsPrint, metricsPrint } = plan;
  const before = state.resources[resource] ?? null;
  const session = { ...input.session, number };
  const { keys, changes, definition } = await changedKeys(input.ports.stores, session, resource, before);
  const moved = { columnsPrint, metricsPrint, session: number, changes, definition };
  const sameColumns = before?.columnsPrint === columnsPrint;
  if (sameColumns && keys?.size === 0 && before.metricsPrint === metricsPrint)
    return { ...state, resources: { ...state.resources, [resource]: { ...before, ...moved } } };
  const { records, wide, metrics } = await bringResource(input, plan, border, {
    keys: sameColumns ? keys : null,
    before,
  });
  const after = {
    ...state,
    settled: false,
    resources: { ...state.resources, [resource]: { ...moved, records, wide } },
    metrics: { ...state.metrics, ...metrics },
  };
  await putState(analysisOf(input), after);
  return after;
}

const isForgotten = ({ resources, metrics: known }: DatapointsState, metrics: readonly Metric[]): boolean =>
  Object.keys(known).some((id) => !metrics.some((metric) => metric.id === id)) ||
  Object.keys(resources).some((id) => !metrics.some(({ resource }) => resource === id));

/** Removes what is kept of metrics and resources that the definition no longer names. */
async function forget(
  input: AnalysisInput,
  state: DatapointsState,
  metrics: readonly Metric[],
): Promise<DatapointsState> {
  const analysis = analysisOf(input);
  const ids = new Set(metrics.map(({ id }) => id));
  const resources = new Set(metrics.map(({ resource }) => resource));
  const work = await readWork(analysis, noResource, input.session._id);
  const gone: string[] = [];
  for await (const { _id, metric } of analysis.series.stream({ metric: 1 }))
    if (!ids.has(metric) && !isReportMetric(metric)) gone.push(_id);
  await putWork(analysis, noResource, { ...work, removed: [...new Set([...work.removed, ...gone])] });
  for (const resource of Object.keys(state.resources))
    if (!resources.has(resource)) await dropPages(analysis, resource);
  await analysis.series.remove(gone);
  const only = <T>(of: Readonly<Record<string, T>>, kept: ReadonlySet<string>): Record<string, T> =>
    Object.fromEntries(Object.entries(of).filter(([id]) => kept.has(id)));
  return {
    ...state,
    settled: false,
    resources: only(state.resources, resources),
    metrics: only(state.metrics, ids),
  };
}
