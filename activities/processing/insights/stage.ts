import { setImmediate } from 'node:timers/promises';
import type { DatapointSeries } from '../../../domain/datapoints.ts';
import { type KeptInsight, keepInsights } from '../../../domain/insights.ts';
import type { InsightDoc, SeriesDoc } from '../../../stores/model.ts';
import { openConnection } from '../../connection.ts';
import type { Analysis, AnalysisInput, NothingToDo, SubstageCounts } from '../analysis.ts';
import { analysisOf } from '../datapoints/border.ts';
import { streamFacts } from '../datapoints/facts.ts';
import { refreshDatapoints } from '../datapoints/refresh.ts';
import { judgedDay } from '../judged-day.ts';
import { type Crowd, gatherCrowds } from './entities.ts';
import { insightsIn } from './find.ts';
import { createFrames, type Frame } from './frame.ts';

/** Ended insights that are remembered, newest first. */
const mostEnded = 300;

/** Insights: what of a connection's numbers a person may want to know. */
export const findInsights: Analysis = async (input) => {
  if (input.definition.metrics.length === 0) return { skipped: 'NO_METRICS' };
  await refreshDatapoints(input);
  return findStored(input, await judgedDay(input, new Date()));
};

/**
 * Finds insights in the series and facts that are stored, and keeps them. May be repeated: the same data give the same
 * insights under the same ids.
 * @param asOf See judgedDay.
 */
export async function findStored(input: AnalysisInput, asOf: string): Promise<SubstageCounts | NothingToDo> {
  const { ports, ref, life, connection, session } = input;
  const { insights: stored } = analysisOf(input);
  const frames = await readFrames(input, asOf);
  const earlier: KeptInsight[] = [];
  for await (const { _id, updatedAt: _, ...one } of stored.stream()) earlier.push({ ...one, id: _id });
  if (frames.length === 0 && earlier.length === 0) return { skipped: 'NO_HISTORY' };
  const crowds = await readCrowds(input, frames);
  const pause = async () => {
    await life.stopIfAsked();
    await setImmediate();
  };
  const { insights, series, tests } = await insightsIn(connection._id, frames, crowds, pause);
  const at = new Date();
  const kept = keepInsights(earlier, insights, session._id, at);
  const docs = kept.map(({ id: _id, ...one }): InsightDoc => ({ _id, ...one, updatedAt: at }));
  await openConnection(ports, ref);
  if (docs.length > 0) await stored.putMany(docs);
  await stored.remove(forgotten(earlier, kept));
  life.progressed({ insights: insights.length });
  const isNew = ({ ended, firstSeen }: KeptInsight) => ended === null && firstSeen === session._id;
  return {
    series,
    tests,
    found: insights.length,
    new: kept.filter(isNew).length,
    ended:
      kept.filter(({ ended }) => ended !== null).length +
      earlier.filter(({ ended }) => ended?.session === session._id).length,
  };
}

/** Two passes: the totals say which periods there are. */
async function readFrames(input: AnalysisInput, asOf: string): Promise<readonly Frame[]> {
  const { series } = analysisOf(input);
  const plain = ({ _id, changedIn: _, updatedAt: __, ...one }: SeriesDoc): DatapointSeries => ({
    ...one,
    id: _id,
  });
  const totals: DatapointSeries[] = [];
  for await (const doc of series.totals()) totals.push(plain(doc));
  const { frames, add } = createFrames(input.definition.metrics, totals, asOf);
  if (frames.length === 0) return frames;
  for await (const doc of series.stream()) {
    await input.life.stopIfAsked();
    if (doc.dimension !== null) add(plain(doc));
  }
  return frames;
}

/** One pass over the facts of each resource that has entities to follow. */
async function readCrowds(input: AnalysisInput, frames: readonly Frame[]): Promise<readonly Crowd[]> {
  const resources = [...new Set(frames.map(({ metric }) => metric.resource))];
  const all: Crowd[] = [];
  for (const resource of resources) {
    const { crowds, add } = gatherCrowds(frames.filter(({ metric }) => metric.resource === resource));
    if (crowds.length === 0) continue;
    for await (const page of streamFacts(analysisOf(input), resource)) {
      await input.life.stopIfAsked();
      add(page);
      await setImmediate();
    }
    all.push(...crowds);
  }
  return all;
}

/** Ids of ended insights that are older than those that are remembered. */
function forgotten(earlier: readonly KeptInsight[], kept: readonly KeptInsight[]): string[] {
  const now = new Set(kept.map(({ id }) => id));
  const old = earlier.filter(({ id, ended }) => ended !== null && !now.has(id));
  return old
    .sort((a, b) => (b.ended?.at.getTime() ?? 0) - (a.ended?.at.getTime() ?? 0))
    .slice(mostEnded)
    .map(({ id }) => id);
}
