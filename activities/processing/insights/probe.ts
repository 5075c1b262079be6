import type { Insight } from '../../../domain/insights.ts';
import { startOf } from './calendar.ts';
import type { Frame, Track } from './frame.ts';

/** An insight before it is known whether it holds. */
export type Draft = Omit<Insight, 'certainty' | 'rank' | 'name'>;

/** Something that was looked at. */
export interface Probe {
  /** Null: counted, not tested. */
  readonly p: number | null;
  /** How much was expected of it before looking; see `adjustAll`. */
  readonly weight: number;
  readonly method: string;
  /** Made only when it holds. Null where it is too small to be told, whatever its p. */
  readonly draft: () => Draft | null;
}

/** Longest id: the store's keys are short. */
const longestId = 300;

/** The same finding has the same id in every session. */
export function insightIdOf(parts: readonly (string | null)[]): string {
  const id = parts.filter((part) => part !== null).join('/');
  if (id.length <= longestId) return id;
  let hash = 0n;
  for (const letter of id) hash = (hash * 1099511628211n + BigInt(letter.codePointAt(0) ?? 0)) % (1n << 64n);
  return `${id.slice(0, longestId - 20)}#${hash.toString(16)}`;
}

/** What every draft of a track has. */
export const placeOf = (frame: Frame, track: Track) => ({
  metric: frame.metric.id,
  dimension: track.dimension,
  currency: frame.currency,
  entity: null,
});

/** Whether up or down is good for the company. */
export const goodOf = ({ metric }: Frame, direction: 'up' | 'down'): boolean => metric.better === direction;

/** The datapoints of a track from the first day to the last, as the API gives them. */
export function datapointsRequest(
  connectionId: string,
  frame: Frame,
  track: Track,
  from: string,
  to: string,
): string {
  const query = new URLSearchParams({ metric: frame.metric.id });
  if (frame.currency !== null) query.set('currency', frame.currency);
  if (track.dimension !== null) {
    query.set('dimension', track.dimension.field);
    query.set('value', track.dimension.value);
  }
  query.set('from', from);
  // The API's `to` is the first day that is no longer wanted.
  query.set('to', dayAfter(to));
  return `GET /api/connections/${connectionId}/datapoints?${query}`;
}

const dayAfter = (date: string): string => new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);

/** How the points of a span make its number. */
export function howToGather({ gathering, metric }: Frame): string {
  if (gathering === 'sum') return 'add up the values';
  if (gathering === 'mean') return `add up the values and divide by the number of ${metric.grain}s`;
  if (gathering === 'ratio') return 'add up sum and weight and divide the one by the other';
  return metric.measure.kind === 'minimum' ? 'take the least value' : 'take the greatest value';
}

/** First day of the period at a place within the frame. */
export const dayAt = (frame: Frame, place: number): string => startOf(frame.grain, frame.first + place);

/** Money counts more than other numbers of the same share. */
export const importance = ({ currency }: Frame): number => (currency === null ? 0.7 : 1);

export const within = (share: number): number =>
  Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
