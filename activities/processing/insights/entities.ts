import { unknownCurrency } from '../../../domain/datapoints.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { dayNumber } from '../forecasting/periods.ts';
import { lastDayOf, startOf } from './calendar.ts';
import type { Frame, Metric } from './frame.ts';

/** Records as facts hold them: columns of the fields that metrics name. */
export interface FactPage {
  readonly fields: Readonly<Record<string, readonly JsonValue[]>>;
}

/** What one entity did. */
export interface Entity {
  readonly id: string;
  /** What it came to in the last year and in the one before. */
  now: number;
  before: number;
  /** Day numbers with a purchase, in any order, none after the last year. */
  readonly days: Set<number>;
}

/** Everybody of one entity field of a frame. Days as numbers since 1970. */
export interface Crowd {
  readonly frame: Frame;
  readonly field: string;
  readonly nowFrom: number;
  readonly nowTo: number;
  readonly beforeFrom: number;
  readonly entities: ReadonlyMap<string, Entity>;
  /** Entities that found no room; nothing is said of a crowd that has some. */
  readonly left: number;
}

/** Entities that are held at a time, for each field. */
const most = 200_000;

/**
 * The crowds of frames of one resource, filled page by page. Only counts and sums are followed, and only where there
 * are two years to compare.
 */
export function gatherCrowds(frames: readonly Frame[]) {
  const crowds = frames.flatMap((frame) => {
    const { metric, gathering, grain, season, first, length } = frame;
    if (gathering !== 'sum' || length < 2 * season) return [];
    const end = first + length;
    const dayOf = (period: number) => dayNumber(startOf(grain, period)) ?? 0;
    return metric.entities.map((field) => ({
      ...{ frame, field, left: 0 },
      nowFrom: dayOf(end - season),
      nowTo: dayNumber(lastDayOf(grain, end - 1)) ?? 0,
      beforeFrom: dayOf(end - 2 * season),
      entities: new Map<string, Entity>(),
    }));
  });
  const rowOf = (crowd: (typeof crowds)[number], { fields }: FactPage) => {
    const { metric, currency } = crowd.frame;
    const times = fields[metric.time] ?? [];
    const ids = fields[crowd.field] ?? [];
    const values = metric.measure.kind === 'sum' ? fields[metric.measure.field] : undefined;
    const currencyField = currencyFieldOf(metric);
    const currencies = currencyField === null ? undefined : fields[currencyField];
    for (let at = 0; at < times.length; at++) {
      const id = ids[at];
      const time = times[at];
      if (typeof id !== 'string' || typeof time !== 'string') continue;
      if (currencies !== undefined && (currencies[at] ?? unknownCurrency) !== currency) continue;
      const value = metric.measure.kind === 'count' ? 1 : values?.[at];
      const day = dayNumber(time);
      if (day === null || day > crowd.nowTo || typeof value !== 'number' || !Number.isFinite(value)) continue;
      let entity = crowd.entities.get(id);
      if (entity === undefined) {
        if (crowd.entities.size >= most) {
          crowd.left++;
          continue;
        }
        entity = { id, now: 0, before: 0, days: new Set() };
        crowd.entities.set(id, entity);
      }
      if (day >= crowd.nowFrom) entity.now += value;
      else if (day >= crowd.beforeFrom) entity.before += value;
      // What was given back is no purchase.
      if (value > 0) entity.days.add(day);
    }
  };
  return {
    crowds: crowds as readonly Crowd[],
    add(page: FactPage): void {
      for (const crowd of crowds) rowOf(crowd, page);
    },
  };
}

const currencyFieldOf = ({ currency }: Metric): string | null =>
  currency !== undefined && 'field' in currency ? currency.field : null;
