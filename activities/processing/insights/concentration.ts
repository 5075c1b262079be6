import type { Crowd, Entity } from './entities.ts';
import { chanceInTurns } from './significance.ts';
import { firstOf, inTurns, type Pause } from './turns.ts';

export const concentrationMethod =
  "The change of the top ten's share, against that when each one's two years change places at random. The share itself is counted.";

/** Fewer than this, and the top ten are nearly all. */
const fewest = 20;
/** Those that can come into the top ten. */
const compared = 2000;

/** Shares of the greatest in the last year and the one before, 0 to 1. */
export interface Concentration {
  readonly now: Shares;
  readonly before: Shares;
  readonly count: number;
  /** Of the change of the share of ten. */
  readonly p: number;
  readonly top: readonly { readonly id: string; readonly value: number }[];
}

export interface Shares {
  readonly one: number;
  readonly five: number;
  readonly ten: number;
}

/** @returns Null where there are few, or they come to nothing in one of the years. */
export async function concentrationOf(
  { entities }: Crowd,
  random: () => number,
  pause: Pause,
): Promise<Concentration | null> {
  const all: Entity[] = [];
  let count = 0;
  const totals = { now: 0, before: 0 };
  const look = (entity: Entity): void => {
    const { now, before } = entity;
    if (now <= 0 && before <= 0) return;
    all.push(entity);
    if (now > 0) count++;
    totals.now += Math.max(0, now);
    totals.before += Math.max(0, before);
  };
  await inTurns(entities.values(), look, pause);
  if (count < fewest || totals.now <= 0 || totals.before <= 0) return null;
  const shares = async (of: 'now' | 'before'): Promise<Shares> => {
    await pause();
    const top = greatest(all.map((one) => Math.max(0, one[of])));
    const share = (n: number) => top.slice(0, n).reduce((sum, value) => sum + value, 0) / totals[of];
    return { one: share(1), five: share(5), ten: share(10) };
  };
  const now = await shares('now');
  const before = await shares('before');
  // In shares of each year's total, so that growth alone is no change.
  const pairOf = (one: Entity) =>
    [Math.max(0, one.now) / totals.now, Math.max(0, one.before) / totals.before] as const;
  const greaterOf = (one: Entity) => Math.max(...pairOf(one));
  const most = await firstOf(all, (a, b) => greaterOf(b) - greaterOf(a), compared, pause);
  const pairs = most.map(pairOf);
  const draw = () => {
    const turned = pairs.map((pair) => (random() < 0.5 ? pair : ([pair[1], pair[0]] as const)));
    const ten = (side: 0 | 1) => greatest(turned.map((pair) => pair[side])).reduce((a, b) => a + b, 0);
    return Math.abs(ten(0) - ten(1));
  };
  const p = await chanceInTurns(Math.abs(now.ten - before.ten), draw, pause);
  const first = await firstOf(all, (a, b) => b.now - a.now || (a.id < b.id ? -1 : 1), 5, pause);
  return { now, before, count, p, top: first.map(({ id, now: value }) => ({ id, value })) };
}

/** The ten greatest, greatest first. */
function greatest(values: readonly number[]): number[] {
  const top: number[] = [];
  for (const value of values) {
    if (top.length === 10 && value <= (top[9] as number)) continue;
    let at = top.length;
    while (at > 0 && (top[at - 1] as number) < value) at--;
    top.splice(at, 0, value);
    if (top.length > 10) top.pop();
  }
  return top;
}
