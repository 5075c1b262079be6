import { byRank, type Insight, insightsKept } from '../../../domain/insights.ts';
import { changesOf } from './changes.ts';
import { crowdProbes } from './crowds.ts';
import type { Crowd } from './entities.ts';
import type { Frame, Track } from './frame.ts';
import { breaksOf, seasonalityOf } from './patterns.ts';
import type { Draft, Probe } from './probe.ts';
import { adjustAll } from './significance.ts';

/** Of what is shown, on average at most this share is chance. */
const falseDiscoveryRate = 0.1;

/** Values of a dimension that are looked at, each on its own. */
const mostValues = 50;

export interface Looked {
  /** Ranked, greatest first. */
  readonly insights: readonly Insight[];
  readonly series: number;
  readonly tests: number;
}

/**
 * Everything that a session finds. Pure: the same input gives the same insights.
 * @param pause Called between two series, so that the event loop stays free.
 */
export async function insightsIn(
  connectionId: string,
  frames: readonly Frame[],
  crowds: readonly Crowd[],
  pause: () => Promise<void>,
): Promise<Looked> {
  const probes: Probe[] = [];
  let series = 0;
  for (const frame of frames) {
    for (const track of [frame.total, ...greatestOf(frame)]) {
      await pause();
      series++;
      probes.push(...changesOf(connectionId, frame, track), ...breaksOf(connectionId, frame, track));
    }
    probes.push(...seasonalityOf(connectionId, frame));
  }
  for (const crowd of crowds) {
    await pause();
    probes.push(...(await crowdProbes(connectionId, crowd, pause)));
  }
  const names = new Map(frames.map(({ metric }) => [metric.id, metric.name]));
  const found = certainOf(probes).map(
    (one): Insight => ({
      ...one,
      name: names.get(one.metric) ?? one.metric,
      rank: one.size * one.certainty.value,
    }),
  );
  const insights = withoutRepeats(found).sort(byRank).slice(0, insightsKept);
  return { insights, series, tests: probes.filter(({ p }) => p !== null).length };
}

/** Of each dimension the values that came to most in the last two years; all of them are in the drivers. */
function greatestOf({ tracks, season, length, gathering }: Frame): readonly Track[] {
  const matter = ({ sums, weights }: Track) =>
    (gathering === 'ratio' ? weights : sums)
      .subarray(Math.max(0, length - 2 * season))
      .reduce((sum, value) => sum + Math.abs(value), 0);
  const fields = [...new Set(tracks.flatMap(({ dimension }) => dimension?.field ?? []))];
  return fields.flatMap((field) =>
    tracks
      .filter(({ dimension }) => dimension?.field === field)
      .map((track) => ({ track, size: matter(track) }))
      .sort((a, b) => b.size - a.size || (a.track.id < b.track.id ? -1 : 1))
      .slice(0, mostValues)
      .map(({ track }) => track),
  );
}

function certainOf(probes: readonly Probe[]): (Draft & Pick<Insight, 'certainty'>)[] {
  const tested = probes.flatMap((probe) => (probe.p === null ? [] : [{ ...probe, p: probe.p }]));
  const adjusted = adjustAll(tested);
  const certain = (probe: Probe, certainty: Insight['certainty']) => {
    const draft = probe.draft();
    return draft === null ? [] : [{ ...draft, certainty }];
  };
  const held = tested.flatMap((probe, at) => {
    const { p, method } = probe;
    const q = adjusted[at] ?? 1;
    return q > falseDiscoveryRate ? [] : certain(probe, { value: 1 - q, p, adjusted: q, method });
  });
  const counted = probes.flatMap((probe) =>
    probe.p === null ? certain(probe, { value: 1, p: null, adjusted: null, method: probe.method }) : [],
  );
  return [...held, ...counted];
}

/** What another finding already says is left out: a driver of the total's change, the total's own break. */
function withoutRepeats(found: readonly Insight[]): Insight[] {
  const totals = found.filter(({ dimension, entity }) => dimension === null && entity === null);
  const like = (one: Insight, other: Insight) =>
    other.kind === one.kind &&
    other.metric === one.metric &&
    other.currency === one.currency &&
    other.direction === one.direction;
  return found.filter((one) => {
    const { dimension } = one;
    if (dimension === null) return true;
    return !totals.some((total) => {
      if (!like(one, total)) return false;
      if (one.kind === 'change')
        return (
          total.period.from === one.period.from &&
          total.drivers?.dimension === dimension.field &&
          total.drivers.values.some(({ value }) => value === dimension.value)
        );
      return Math.abs(Date.parse(total.period.from) - Date.parse(one.period.from)) < 100 * 86_400_000;
    });
  });
}
