import { type CleaningChange, changeIdOf, type FoundChange, statusOf } from '../../../domain/cleaning.ts';
import type { Datapoint } from '../../../domain/datapoints.ts';

/** Changes of earlier sessions that are kept beside those of now, newest first. */
const mostKept = 100;

/** Where and when it was looked. */
interface Found {
  readonly foundIn: string;
  readonly foundAt: Date;
}

/**
 * Joins what was found now with what earlier sessions found. The same change keeps who found it; one that is not found
 * any more goes, unless its raw values are others now (it is stale) or it told of a restated period: these are history.
 */
export function carryChanges(
  points: readonly Datapoint[],
  stored: readonly CleaningChange[],
  found: readonly FoundChange[],
  now: Found,
): CleaningChange[] {
  const earlier = new Map(stored.map((change) => [change.id, change]));
  const changes = found.map((one): CleaningChange => {
    const id = changeIdOf(one);
    const before = earlier.get(id);
    const { foundIn, foundAt } = before !== undefined && isOfSameRaw(before, one) ? before : now;
    return { ...one, id, foundIn, foundAt };
  });
  const ids = new Set(changes.map(({ id }) => id));
  const kept = stored
    .filter(({ id }) => !ids.has(id))
    .filter((change) => change.rule === 'restated' || statusOf(points, change) === 'stale')
    .sort((a, b) => b.foundAt.getTime() - a.foundAt.getTime());
  return [...changes, ...kept.slice(0, mostKept)];
}

const isOfSameRaw = (a: FoundChange, b: FoundChange): boolean =>
  a.points.length <= b.points.length &&
  a.points.every(({ start, before }) =>
    b.points.some((point) => point.start === start && point.before === before),
  );
