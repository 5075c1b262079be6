import type { Datapoint, MeasureKind } from '../../../domain/datapoints.ts';
import { addExactly, sumOf } from './exact-sum.ts';
import { createHashSet, type HashSet } from './hash-set.ts';

/** What becomes one datapoint. */
export interface Sum {
  rows: number;
  /** Records with a value. */
  measured: number;
  /** Of sums, averages and ratios, in exact parts. */
  readonly sum?: number[];
  /** Of ratios, what is divided by. */
  readonly per?: number[];
  /** Of minimum and maximum. */
  extreme?: number;
  readonly distinct?: HashSet;
}

/** Puts records of one period together; the order of the records makes no difference. */
export interface Measure {
  readonly begin: () => Sum;
  /** @param value Null: not measured. Of a distinct count, the hash of the text. */
  readonly add: (to: Sum, value: number | null, per: number | null) => void;
  readonly point: (start: string, of: Sum) => Datapoint;
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value + 0 : null);

/** How a kind of measure is put together. */
export function measureOf(kind: MeasureKind): Measure {
  switch (kind) {
    case 'count':
      return {
        begin: () => ({ rows: 0, measured: 0 }),
        add: (to) => {
          to.rows += 1;
        },
        point: (start, { rows }) => ({ start, value: rows, rows }),
      };
    case 'sum':
    case 'average':
      return {
        begin: () => ({ rows: 0, measured: 0, sum: [] }),
        add: (to, value) => {
          to.rows += 1;
          if (value === null || to.sum === undefined) return;
          to.measured += 1;
          addExactly(to.sum, value);
        },
        point: (start, { rows, measured, sum = [] }) => {
          const total = sumOf(sum);
          if (kind === 'sum') return { start, value: measured === 0 ? null : finite(total), rows };
          const value = measured === 0 ? null : finite(total / measured);
          return { start, value, rows, sum: total, weight: measured };
        },
      };
    case 'ratio':
      return {
        begin: () => ({ rows: 0, measured: 0, sum: [], per: [] }),
        add: (to, value, per) => {
          to.rows += 1;
          // One without the other would count on one side only.
          if (value === null || per === null || to.sum === undefined || to.per === undefined) return;
          to.measured += 1;
          addExactly(to.sum, value);
          addExactly(to.per, per);
        },
        point: (start, { rows, sum: parts = [], per = [] }) => {
          const [sum, weight] = [sumOf(parts), sumOf(per)];
          return { start, value: weight === 0 ? null : finite(sum / weight), rows, sum, weight };
        },
      };
    case 'minimum':
    case 'maximum':
      return {
        begin: () => ({ rows: 0, measured: 0 }),
        add: (to, value) => {
          to.rows += 1;
          if (value === null) return;
          to.measured += 1;
          const { extreme = value } = to;
          to.extreme = kind === 'minimum' ? Math.min(extreme, value) : Math.max(extreme, value);
        },
        point: (start, { rows, extreme = null }) => ({ start, value: extreme, rows }),
      };
    case 'distinct':
      return {
        begin: () => ({ rows: 0, measured: 0, distinct: createHashSet() }),
        add: (to, value) => {
          to.rows += 1;
          if (value === null) return;
          to.measured += 1;
          to.distinct?.add(value);
        },
        point: (start, { rows, measured, distinct }) => ({
          start,
          value: measured === 0 ? null : (distinct?.size() ?? 0),
          rows,
        }),
      };
  }
}
