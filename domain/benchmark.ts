import type { Grain } from './datapoints.ts';

/** What of a metric companies are compared by. */
export const figureKinds = ['growth', 'level', 'average', 'topTen', 'effective'] as const;

/**
 * `growth`: the last 12 months against the 12 before, 0.2 is 20 % more. `level`: the last period with the season taken
 * out. `average`: over the last 12 months. `topTen`: share of the ten largest, 0 to 1. `effective`: how many entities
 * of one size would be as concentrated (1 / HHI).
 */
export type FigureKind = (typeof figureKinds)[number];

/** Why there is no figure. */
export const figureGaps = ['NOT_ENOUGH_HISTORY', 'NO_VALUES', 'ZERO_BEFORE', 'NEGATIVE', 'TOO_MANY'] as const;
export type FigureGap = (typeof figureGaps)[number];

/** Why a figure is not compared. */
export const benchmarkGaps = [
  ...figureGaps,
  'GROUP_TOO_SMALL',
  'NEXT_COMPARISON',
  'OTHER_PERIOD',
  'TOO_OLD',
] as const;
export type BenchmarkGap = (typeof benchmarkGaps)[number];

/** One number of one company, comparable with that of others by the same `id`. */
export interface Figure {
  /** `<metric>/<kind>`, `/<entity>` of a concentration, `/<currency>` of an amount of money. */
  readonly id: string;
  readonly metric: string;
  /** The metric's name for people. */
  readonly name: string;
  readonly kind: FigureKind;
  readonly grain: Grain;
  readonly entity: string | null;
  /** Of the records that it was computed from; amounts of different currencies have different ids. */
  readonly currency: string | null;
  readonly better: 'up' | 'down';
  /** Always finite; null: see `gap`. */
  readonly value: number | null;
  readonly gap: FigureGap | null;
  /** First and last day of what it was computed from; null where there is nothing. */
  readonly from: string | null;
  readonly to: string | null;
}

/** In which of `of` equal parts of the group a company is, from 1, the lowest values. */
export interface Position {
  readonly part: number;
  readonly of: number;
}

/** Companies that were compared. */
export interface BenchmarkGroup {
  /** Companies, the own one included: in the comparison that is shown, or now where there is none. */
  readonly size: number;
  /** Fewer are not compared. */
  readonly needed: number;
  /** The value of the property by which companies are alike; null: all of the app. */
  readonly segment: string | null;
}

/** Where a company stands by one figure. */
export interface Standing extends Omit<Figure, 'gap'> {
  readonly gap: BenchmarkGap | null;
  /** Null: not compared, see `gap`. */
  readonly position: Position | null;
  /** The own value that was compared, of the day of the comparison; `value` is the present one. */
  readonly compared: number | null;
  /** Last day that the compared value covers, YYYY-MM-DD. */
  readonly comparedTo: string | null;
  /** Mean of the middle half of the group, two digits; null in groups of fewer than 12. */
  readonly typical: number | null;
  readonly group: BenchmarkGroup;
  /** When the comparison was made; ISO 8601. */
  readonly at: string | null;
}

/** How one figure is made, for people. */
export const figureMethods: Readonly<Record<FigureKind, string>> = {
  growth: 'The last 12 months against the 12 before.',
  level: 'The last whole period, with the usual season taken out.',
  average: 'Over the last 12 months.',
  topTen: 'Share of the ten largest in the last 12 months.',
  effective: 'How many of one size would be as concentrated, in the last 12 months (1 / HHI).',
};

/** How a position is made, for people. */
export const positionMethod =
  'Which part of the companies of the app the value is in, each company counted once, rounded values compared; made anew at most once a week, and only when enough companies have new numbers.';
