import { readsAsShare, unknownCurrency } from '../../../domain/datapoints.ts';
import { shownBy } from '../../../domain/words.ts';
import type { Frame, Track } from './frame.ts';

/** Making one is slow. */
const byDigits = [0, 1].map((digits) => new Intl.NumberFormat('en-US', { maximumFractionDigits: digits }));
const threeDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

const grouped = (value: number, digits: 0 | 1): string => (byDigits[digits] ?? threeDigits).format(value);

/** A number for people: 725,458; 89.1; 0.125. Never more digits than it is worth. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15) return shownBy(threeDigits, value);
  if (size >= 1000 || Number.isInteger(value)) return grouped(value, 0);
  if (size >= 10) return grouped(value, 1);
  if (size === 0) return '0';
  return shownBy(threeDigits, value);
}

/** With its currency, where it is money. */
export const amount = (value: number, currency: string | null): string =>
  currency === null || currency === unknownCurrency ? figure(value) : `${figure(value)} ${currency}`;

const isShare = ({ metric, currency, total }: Frame): boolean =>
  readsAsShare(
    metric.measure.kind,
    currency,
    total.values.filter((value) => !Number.isNaN(value)),
  );

/** A number of a frame: `725,458 USD`, `12.5 %`. */
export const amountOf = (frame: Frame, value: number): string =>
  isShare(frame) ? `${grouped(value * 100, 1)} %` : amount(value, frame.currency);

/** How far two numbers of a frame are apart: `725,458 USD`, `2.5 points` of percent. */
export const distanceOf = (frame: Frame, value: number): string =>
  isShare(frame) ? `${grouped(value * 100, 1)} points` : amount(value, frame.currency);

/** `+20 %`, `-3.4 %`: of a share, 0.2. */
export const signedPercent = (share: number): string => `${share > 0 ? '+' : ''}${percent(share)}`;
export const percent = (share: number): string => `${grouped(share * 100, Math.abs(share) >= 0.1 ? 0 : 1)} %`;

const spoken = (field: string): string => field.replaceAll('_', ' ');

/** `Sales`, `Sales (category Technology)`. */
export function subjectOf({ metric }: Frame, { dimension }: Pick<Track, 'dimension'>): string {
  return dimension === null ? metric.name : `${metric.name} (${spoken(dimension.field)} ${dimension.value})`;
}

/** `came to 5 USD`, `stood at 5`, `came to 5 a month on average`. */
export function stood(frame: Frame, value: number): string {
  const text = amountOf(frame, value);
  if (frame.gathering === 'sum') return `came to ${text}`;
  if (frame.gathering === 'mean') return `came to ${text} a ${frame.metric.grain} on average`;
  return `stood at ${text}`;
}

/** `customer` of `customer_id`. */
export const nounOf = (field: string): string =>
  spoken(field.replace(/_?(id|key|number|no)$/i, '')) || spoken(field);

/** `1 customer`, `2 customers`. */
export const counted = (count: number, field: string): string => {
  const noun = nounOf(field);
  const many = /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${figure(count)} ${count === 1 ? noun : many}`;
};
