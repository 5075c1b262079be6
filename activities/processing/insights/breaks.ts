import { median } from '../../../domain/anomalies.ts';
import { robustSpread } from '../statistics.ts';
import { shuffle } from './random.ts';
import { chanceOf, meanOf } from './significance.ts';

export const breakMethod =
  'The place in the year taken out, then the best single step or bend on top of a straight line, against the best one of the same differences in random order (2,000 at most); differences that follow from the one before are taken out first, extreme ones are cut.';

/** One break in a series. */
export interface Break {
  readonly kind: 'levelShift' | 'trendBreak';
  readonly p: number;
  /** Place of the first period after it. */
  readonly at: number;
  /** Of a step: by how much; of a bend: how much more or less it moves in a year. On logarithms where `logs`. */
  readonly effect: number;
  readonly logs: boolean;
}

/** Fewest periods in all, and after a step: half a year. A bend needs two years before and one after it. */
const fewest = 30;
/** Breaks are looked for at so many places at most. */
const mostPlaces = 60;

/**
 * The strongest break of a series, whether or not it is one: p says that.
 * @param values Of consecutive periods, at most 260; NaN where not known.
 * @param logs Steps and seasons in percent: for values above 0.
 * @returns Null where there is too little to say.
 */
export function breakOf(
  values: Float64Array,
  season: number,
  logs: boolean,
  random: () => number,
): Break | null {
  const length = values.length;
  if (length < Math.max(fewest, 2 * season) || values.some(Number.isNaN)) return null;
  const inLogs = logs && values.every((value) => value > 0);
  const level = withoutSeason(inLogs ? values.map(Math.log) : values, season);
  const places = placesOf(length, season);
  const line = [
    Float64Array.from({ length }, () => 1),
    Float64Array.from({ length }, (_, t) => t - length / 2),
  ];
  const columns = places.flatMap(({ at, kind }) => [{ at, kind, column: columnOf(length, at, kind) }]);
  const plain = best(level, line, columns);
  if (plain === null) return null;
  const rho = hangingTogether(plain.rest);
  const whitened = (one: Float64Array): Float64Array =>
    one.subarray(1).map((value, t) => value - rho * (one[t] as number));
  const found =
    rho === 0
      ? plain
      : best(
          whitened(level),
          line.map(whitened),
          columns.map((one) => ({ ...one, column: whitened(one.column) })),
        );
  if (found === null) return null;
  const order = Float64Array.from(found.rest);
  const p = chanceOf(found.strength, () => {
    shuffle(order, random);
    return strongest(order, found.directions).strength;
  });
  const { kind, at } = found.place;
  // The effect is that of the plain fit at the same place, in the units of the values.
  const effect = effectAt(level, line, columnOf(length, at, kind)) * (kind === 'trendBreak' ? season : 1);
  return { kind, p, at, effect, logs: inLogs };
}

/** Added to what is measured: rather too much hangs together than too little, or every slow wave is a break. */
const caution = 0.1;

/**
 * How much a value follows from the one before, 0 to 0.9 (autoregression of order 1), by how much faster differences
 * grow over two periods than over one. A single step hardly counts: one difference of all.
 */
function hangingTogether(values: Float64Array): number {
  const moved = (lag: number): number => {
    const differences = [...values.subarray(lag)].map((value, t) => value - (values[t] as number));
    const bound = 3 * robustSpread(differences);
    const squares = differences.map(
      (value) => Math.min(Math.abs(value), bound || Number.POSITIVE_INFINITY) ** 2,
    );
    return meanOf(squares);
  };
  const one = moved(1);
  return one === 0 ? 0 : Math.min(0.9, Math.max(0, moved(2) / one - 1 + caution));
}

interface Place {
  readonly kind: Break['kind'];
  readonly at: number;
}

function placesOf(length: number, season: number): Place[] {
  const step = Math.max(1, Math.ceil((length - 1.5 * season) / mostPlaces));
  const places: Place[] = [];
  for (let at = season; at <= length - season / 2; at += step) {
    places.push({ kind: 'levelShift', at });
    if (at >= 2 * season && at <= length - season) places.push({ kind: 'trendBreak', at });
  }
  return places;
}

const columnOf = (length: number, at: number, kind: Break['kind']): Float64Array =>
  Float64Array.from({ length }, (_, t) => (t < at ? 0 : kind === 'levelShift' ? 1 : t - at + 1));

/** The median of each place in the year, about the line, taken out; with less than three years nothing is. */
function withoutSeason(values: Float64Array, season: number): Float64Array {
  if (values.length < 3 * season) return values;
  const length = values.length;
  const line = [
    Float64Array.from({ length }, () => 1),
    Float64Array.from({ length }, (_, t) => t - length / 2),
  ];
  const rest = residual(values, orthonormal(line));
  const medians = Array.from({ length: season }, (_, place) =>
    median([...rest].filter((_value, t) => t % season === place)),
  );
  return values.map((value, t) => value - (medians[t % season] as number));
}

function orthonormal(columns: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const column of columns) {
    const rest = residual(column, done);
    const size = Math.sqrt(dot(rest, rest));
    if (size > 1e-9) done.push(rest.map((value) => value / size));
  }
  return done;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += (a[t] as number) * (b[t] as number);
  return sum;
}

function residual(values: Float64Array, base: readonly Float64Array[]): Float64Array {
  const rest = Float64Array.from(values);
  for (const one of base) {
    const part = dot(rest, one);
    for (let t = 0; t < rest.length; t++) rest[t] = (rest[t] as number) - part * (one[t] as number);
  }
  return rest;
}

/** The strongest of the columns on top of the line, and what is left before and after it. */
function best(
  values: Float64Array,
  line: readonly Float64Array[],
  columns: readonly (Place & { readonly column: Float64Array })[],
) {
  const base = orthonormal(line);
  const left = residual(values, base);
  const size = Math.sqrt(dot(left, left));
  const scale = Math.max(...values.map(Math.abs));
  if (size <= scale * 1e-9 * values.length) return null;
  const bound = 4 * robustSpread([...left]);
  const rest = bound > 0 ? left.map((value) => Math.max(-bound, Math.min(bound, value))) : left;
  const usable = columns.flatMap((one) => {
    const own = residual(one.column, base);
    const length = Math.sqrt(dot(own, own));
    return length > 1e-6 ? [{ place: one, direction: own.map((value) => value / length) }] : [];
  });
  const directions = usable.map(({ direction }) => direction);
  const { strength, index } = strongest(rest, directions);
  const chosen = usable[index];
  return chosen === undefined
    ? null
    : { rest, directions, strength, place: chosen.place, after: residual(rest, [chosen.direction]) };
}

function strongest(rest: Float64Array, directions: readonly Float64Array[]) {
  let strength = 0;
  let index = 0;
  for (let at = 0; at < directions.length; at++) {
    const size = Math.abs(dot(rest, directions[at] as Float64Array));
    if (size > strength) {
      strength = size;
      index = at;
    }
  }
  return { strength, index };
}

/** Coefficient of the column, fitted with the line. */
function effectAt(values: Float64Array, line: readonly Float64Array[], column: Float64Array): number {
  const own = residual(column, orthonormal(line));
  return dot(values, own) / dot(own, own);
}
