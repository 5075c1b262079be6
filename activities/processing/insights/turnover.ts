import type { Crowd, Entity } from './entities.ts';
import { studentP } from './significance.ts';
import { firstOf, inTurns, type Pause } from './turns.ts';

export const lostMethod =
  'Three days or more over at least a year, and then silent for a year, for three times the usual gap between them and twice the longest; so many of them, against how many would fall silent by chance (Poisson; gaps exponential, their mean estimated).';
export const wonMethod = 'Counted, not tested: two days or more, the first one in this period.';

/** Silent for so many times its mean gap, and its longest one, counts as lost. */
const ofMean = 3;
const ofLongest = 2;
/** Days from the first to the last purchase: a burst tells nothing of what is usual. */
const knownFor = 365;

/** How many greatest ones are told by name. */
const named = 5;

export interface Turnover {
  readonly count: number;
  /** The greatest, at most five. */
  readonly greatest: readonly Entity[];
  /** What all of them came to. */
  readonly value: number;
}

export interface Lost extends Turnover {
  /** Chance that so many fall silent though nothing has changed. */
  readonly p: number;
  /** Bought a year before and not now, but too seldom to call them lost. */
  readonly unsure: number;
  /** How many would have been lost by chance. */
  readonly expected: number;
}

/** Who bought in the year before, and has been silent since for longer than it usually is. */
export async function lostOf({ entities, nowFrom, nowTo }: Crowd, pause: Pause): Promise<Lost> {
  const lost: Entity[] = [];
  let expected = 0;
  let unsure = 0;
  const look = (entity: Entity): void => {
    if (entity.before <= 0) return;
    const days = [...entity.days].sort((a, b) => a - b);
    const last = days.at(-1);
    const first = days[0];
    if (last === undefined || first === undefined) return;
    const earlier = days.filter((day) => day < nowFrom);
    const silent = last < nowFrom;
    const from = earlier.at(-1);
    if (earlier.length < 3 || from === undefined || from - first < knownFor) {
      if (silent) unsure++;
      return;
    }
    const count = earlier.length - 1;
    const gap = (from - first) / count;
    const longest = earlier.reduce((most, day, at) => Math.max(most, day - (earlier[at - 1] ?? day)), 0);
    const usual = Math.max(ofMean * gap, ofLongest * longest);
    const silence = nowTo - from;
    // Of a mean of `count` exponential gaps, the next one is longer than this with this chance.
    if (silence >= usual) expected += (1 + silence / (count * gap)) ** -count;
    if (silent && silence >= usual) lost.push(entity);
    else if (silent) unsure++;
  };
  await inTurns(entities.values(), look, pause);
  const p = poissonTail(lost.length, expected);
  return { ...(await summed(lost, 'before', pause)), p, unsure, expected };
}

/** Who bought for the first time in the last year, more than once. */
export const wonOf = (crowd: Crowd, pause: Pause): Promise<Turnover> =>
  newIn(crowd, { of: 'now', from: crowd.nowFrom, to: crowd.nowTo }, pause);

/** The same for the year before. */
export const wonBeforeOf = (crowd: Crowd, pause: Pause): Promise<Turnover> =>
  newIn(crowd, { of: 'before', from: crowd.beforeFrom, to: crowd.nowFrom - 1 }, pause);

interface Span {
  readonly of: 'now' | 'before';
  readonly from: number;
  readonly to: number;
}

async function newIn({ entities }: Crowd, { of, from, to }: Span, pause: Pause): Promise<Turnover> {
  const fresh: Entity[] = [];
  const look = (entity: Entity): void => {
    if (entity[of] <= 0) return;
    let within = 0;
    for (const day of entity.days) {
      if (day < from) return;
      if (day <= to) within++;
    }
    if (within >= 2) fresh.push(entity);
  };
  await inTurns(entities.values(), look, pause);
  return summed(fresh, of, pause);
}

async function summed(entities: readonly Entity[], of: Span['of'], pause: Pause): Promise<Turnover> {
  const order = (a: Entity, b: Entity) => b[of] - a[of] || (a.id < b.id ? -1 : 1);
  const greatest = await firstOf(entities, order, named, pause);
  return { count: entities.length, greatest, value: entities.reduce((sum, entity) => sum + entity[of], 0) };
}

/** Chance of `count` or more where `expected` are. */
function poissonTail(count: number, expected: number): number {
  if (count === 0) return 1;
  if (expected <= 0) return 0;
  // Its terms are too small for a number there, and it is nearly normal.
  if (expected > 500) {
    const z = (count - 0.5 - expected) / Math.sqrt(expected);
    return z > 0 ? studentP(z, 1e6) / 2 : 1;
  }
  let term = Math.exp(-expected);
  let below = 0;
  for (let k = 0; k < count; k++) {
    below += term;
    term *= expected / (k + 1);
  }
  return Math.min(1, Math.max(0, 1 - below));
}
