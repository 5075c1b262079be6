import { unknownCurrency } from '../../domain/datapoints.ts';
import type { Substage } from '../../domain/session.ts';
import type { Session } from '../api/schemas/sessions.ts';
import { clipped } from './html.ts';

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `9,994` */
export const countText = (count: number): string => grouped.format(count);

/** `1 row`, `2 rows` */
export const counted = (count: number, noun: string): string =>
  `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;

const precise = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });
/** A number for people, four digits where it is small: `12,345`, `0.1235`. */
export const numberText = (value: number): string =>
  (Math.abs(value) >= 1000 ? grouped : precise).format(value === 0 ? 0 : value);

/** An amount with its unit: `12,345 USD`. XXX is a currency that is not known. */
export const amountText = (value: number, currency: string | null): string =>
  currency === null || currency === unknownCurrency
    ? numberText(value)
    : `${numberText(value)} ${clipped(currency, 12)}`;

/** Clock of a time zone; that of UTC where the zone is not known. */
export function clockIn(timeZone: string): { readonly zone: string; readonly at: (iso: string) => string } {
  const make = (zone: string) =>
    new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: zone });
  let zone = timeZone;
  let format: Intl.DateTimeFormat;
  try {
    format = make(zone);
  } catch {
    zone = 'UTC';
    format = make(zone);
  }
  return {
    zone,
    at: (iso) => {
      const time = new Date(iso);
      return Number.isNaN(time.getTime()) ? iso : format.format(time);
    },
  };
}

/** `3 s`, `2 min 5 s`; how long something took. */
export function tookText(from: string | null, to: string | null): string | null {
  if (from === null || to === null) return null;
  const secs = (Date.parse(to) - Date.parse(from)) / 1000;
  if (!(secs >= 0)) return null;
  if (secs < 10) return `${Math.max(0.1, Math.round(secs * 10) / 10)} s`;
  if (secs < 90) return `${Math.round(secs)} s`;
  if (secs < 5_400) return `${Math.round(secs / 60)} min`;
  return `${countText(Math.round(secs / 3_600))} h`;
}

/** What each substage is called. */
export const stepNames: Readonly<Record<Substage, string>> = {
  monitoring: 'Checks',
  forecasting: 'Forecasts',
  insights: 'Insights',
  benchmarking: 'Comparison with other companies',
  historicalDataCleaning: 'Cleaning of the past',
};

const skipReasons: Readonly<Record<string, string>> = {
  SWITCHED_OFF: 'It is switched off for this connection.',
  NO_METRICS: 'The app has no metrics, so there are no numbers to look at.',
  NO_HISTORY: 'There are not enough numbers of the past yet.',
  NO_FORECASTER: 'No forecasts are made by this installation.',
  REPLAY: 'The session only took rows out of quarantine.',
  NOT_BUILT: 'It is not part of this version.',
};

/** One substage as it stands. */
export type Step = Session['substages'][number];

/** Why a substage was left out; of one that a person skipped who and why. */
export function skippedText(reason: string | null): string {
  if (reason === null) return 'No reason was noted.';
  const [, by, note] = /^SKIPPED_BY (.*?)(?:: ([\s\S]*))?$/.exec(reason) ?? [];
  if (by !== undefined)
    return `Skipped by ${clipped(by, 100)}${note === undefined ? ', who gave no reason' : `: ${clipped(note)}`}.`.replace(
      /([.!?])\.$/,
      '$1',
    );
  return skipReasons[reason] ?? `${clipped(reason)}.`;
}

/** Why there is nothing to show of a substage; null where it was done. */
export function missingText(session: Session, name: Substage): string | null {
  const step = session.substages.find((one) => one.name === name);
  switch (step?.status) {
    case 'done':
      return null;
    case 'running':
      return 'This step is under way: look again in a moment.';
    case 'skipped':
      return `This step was left out. ${skippedText(step.reason)}`;
    case 'failed':
      return `This step failed: ${clipped(step.reason ?? 'the cause was not noted')}`;
    default:
      return session.kind === 'error' || session.kind === 'final'
        ? 'The session ended before this step.'
        : 'The session has not come to this step yet.';
  }
}
