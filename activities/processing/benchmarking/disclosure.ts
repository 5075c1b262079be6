import { randomInt } from 'node:crypto';
import type { FigureKind } from '../../../domain/benchmark.ts';
import type { BenchmarkGroupDoc, ComparedCompany } from '../../../stores/model.ts';

// docs/benchmarking.md says what these rules keep from whom, and what they do not.

const dayMs = 86_400_000;
/** A comparison stays for at least so long: one answer a week to somebody who tries values out. */
const leastAgeMs = 7 * dayMs;
/** Smaller groups do not see where their middle is. */
const leastForTypical = 12;

/** One company of a group, with the figure that is compared. */
export type Candidate = Omit<ComparedCompany, 'part'>;

/** A comparison, as it is stored. */
export type Comparison = Omit<BenchmarkGroupDoc, '_id' | 'segment'>;

/** What is compared in the place of a value: shares to the percent, everything else to two digits. */
export function coarse(value: number, kind: FigureKind): number {
  const rounded =
    kind === 'growth' || kind === 'topTen' ? Math.round(value * 100) / 100 : Number(value.toPrecision(2));
  return rounded === 0 ? 0 : rounded;
}

/**
 * How many equal parts a group is told apart in: so few that a place in one says nothing about any single other
 * company. Even in the highest part one of the others may be higher.
 */
export function partsOf(size: number): number {
  if (size < 6) return 2;
  if (size < 12) return 3;
  if (size < 20) return 4;
  return size < 30 ? 5 : 10;
}

/**
 * Whether there may be a new comparison: the first one; or the last one is a week old, and at least as many companies
 * as a group needs are new or have another value, so that no difference between the two is that of one company.
 * @param minimum companies that a group needs
 */
export function isDue(
  last: Comparison | null,
  candidates: readonly Candidate[],
  minimum: number,
  now: Date,
): boolean {
  if (candidates.length < minimum) return false;
  if (last === null) return true;
  if (now.getTime() - last.at.getTime() < leastAgeMs) return false;
  const known = new Map(last.members.map(({ company, value }) => [company, value]));
  return candidates.filter(({ company, value }) => known.get(company) !== value).length >= minimum;
}

/**
 * Compares the companies of a group.
 * @param last What was told before: who stands exactly between two parts stays in the one that he was in.
 * @param coin True or false by chance, for who was in neither.
 */
export function compare(
  candidates: readonly Candidate[],
  kind: FigureKind,
  last: Comparison | null,
  now: Date,
  coin: () => boolean = () => randomInt(2) === 1,
): Comparison {
  const size = candidates.length;
  const parts = partsOf(size);
  const values = candidates.map(({ value }) => coarse(value, kind));
  const before = new Map(
    last?.parts === parts ? last.members.map(({ company, part }) => [company, part]) : [],
  );
  const members = candidates.map((candidate, index): ComparedCompany => {
    const own = values[index] ?? 0;
    const below = values.filter((value) => value < own).length;
    const alike = values.filter((value) => value === own).length;
    // Twice the mean rank, so that it is a whole number, and a border between two parts is met exactly.
    const place = (2 * below + alike) * parts;
    const part = Math.floor(place / (2 * size));
    if (place % (2 * size) !== 0) return { ...candidate, part };
    const was = before.get(candidate.company);
    const upper = was === part || was === part - 1 ? was === part : coin();
    return { ...candidate, part: upper ? part : part - 1 };
  });
  return { epoch: (last?.epoch ?? 0) + 1, at: now, size, parts, typical: typicalOf(values, kind), members };
}

/** Mean of the middle half: no single company, however large, moves it far. */
function typicalOf(values: readonly number[], kind: FigureKind): number | null {
  if (values.length < leastForTypical) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(values.length / 4);
  const middle = sorted.slice(cut, values.length - cut);
  const mean = middle.reduce((sum, value) => sum + value / middle.length, 0);
  return Number.isFinite(mean) ? coarse(mean, kind) : null;
}
