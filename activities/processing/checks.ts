import { median } from '../../domain/anomalies.ts';
import type { CheckDoc, IngestionRunDoc } from '../../stores/model.ts';
import { describeDrift, noDrift } from '../structuring/drift.ts';

/** What a check found, without its place. */
export type Verdict = Pick<CheckDoc, 'check' | 'method' | 'severity' | 'value' | 'expected' | 'sentence'>;

type Runs = readonly IngestionRunDoc[];

/** Below so many earlier sessions nothing is expected yet. */
const leastHistory = 5;
/** Robust z-score (Iglewicz and Hoaglin 1993) beyond which a value is unusual. */
const unusual = 3.5;
/** A null rate that rises by more than this is worth a look. */
const nullRise = 0.05;
const dayMs = 86_400_000;

const learning = (check: string, method: string, value: number | null, earlier: number): Verdict => ({
  check,
  method,
  severity: 'pass',
  value,
  expected: `nothing yet: ${earlier} earlier sessions of at least ${leastHistory}`,
  sentence: `No expectation yet; it is learned from ${leastHistory} sessions.`,
});

/** The newest value of the freshness field should not be older than before. Value: age in days. */
export function freshness(run: IngestionRunDoc, earlier: Runs, now: Date): Verdict {
  const method = 'Newest value of the freshness field against the newest one of earlier sessions.';
  const newest = run.newest === null ? Number.NaN : Date.parse(run.newest);
  const before =
    earlier
      .map((one) => one.newest ?? '')
      .sort()
      .at(-1) ?? '';
  if (Number.isNaN(newest))
    return {
      check: 'freshness',
      method,
      severity: 'pass',
      value: null,
      expected: before === '' ? 'a date or time' : `${before} or later, when there are rows`,
      sentence: run.ledger.read === 0 ? 'No rows were read.' : 'The rows have no time to judge by.',
    };
  const days = Math.round(((now.getTime() - newest) / dayMs) * 100) / 100;
  const wentBack = run.newest !== null && run.newest < before;
  return {
    check: 'freshness',
    method,
    severity: wentBack ? 'warn' : 'pass',
    value: days,
    expected: before === '' ? 'any time' : `${before} or later`,
    sentence: `The newest row is of ${run.newest}${wentBack ? `, earlier than ${before} in a session before` : ''}.`,
  };
}

/** Rows read, against the median of earlier sessions in units of their median absolute deviation. */
export function volume(run: IngestionRunDoc, earlier: Runs): Verdict {
  const method = 'Rows read; robust z-score against earlier sessions.';
  const value = run.ledger.read;
  // The first session of a connection reads everything there is: no measure for later ones.
  const before = earlier.slice(0, -1).map((one) => one.ledger.read);
  if (before.length < leastHistory) return learning('volume', method, value, before.length);
  const middle = median(before);
  const spread = Math.max(median(before.map((rows) => Math.abs(rows - middle))), 1);
  const z = (0.6745 * (value - middle)) / spread;
  const odd = Math.abs(z) > unusual;
  return {
    check: 'volume',
    method,
    severity: odd ? 'warn' : 'pass',
    value,
    expected: `about ${middle} rows`,
    sentence: `${value} rows were read; ${odd ? `unusual, about ${middle} are usual` : 'as usual'}.`,
  };
}

/** Share of nulls in each field, against all earlier rows. Value: the greatest rise. */
export function nullRates(run: IngestionRunDoc, earlier: Runs): Verdict {
  const method = 'Share of nulls by field against all rows of earlier sessions; the greatest rise.';
  const fit = run.ledger.read - run.ledger.quarantined;
  const rowsBefore = earlier.reduce((sum, one) => sum + one.ledger.read - one.ledger.quarantined, 0);
  if (earlier.length === 0 || fit === 0 || rowsBefore === 0)
    return learning('nullRates', method, null, earlier.length);
  const rises = Object.entries(run.nulls).map(([field, nulls]) => {
    const before = earlier.reduce((sum, one) => sum + (one.nulls[field] ?? 0), 0) / rowsBefore;
    return { field, before, now: nulls / fit };
  });
  const worst = rises.sort((a, b) => b.now - b.before - (a.now - a.before))[0];
  const rise = worst === undefined ? 0 : worst.now - worst.before;
  const percent = (share: number) => `${Math.round(share * 1000) / 10} %`;
  return {
    check: 'nullRates',
    method,
    severity: rise > nullRise ? 'warn' : 'pass',
    value: Math.round(rise * 10_000) / 10_000,
    expected: `a rise of at most ${percent(nullRise)}`,
    sentence:
      worst === undefined || rise <= nullRise
        ? 'No field has more nulls than before.'
        : `${worst.field} is null in ${percent(worst.now)} of the rows; before it was ${percent(worst.before)}.`,
  };
}

/** How the fields of the rows differ from those of earlier sessions. Value: fields that differ. */
export function fieldDrift({ drift }: Pick<IngestionRunDoc, 'drift'>): Verdict {
  const { class: kind, added, removed, retyped } = drift ?? noDrift;
  return {
    check: 'drift',
    method: 'Fields of the rows and their types against those of earlier sessions.',
    severity: kind === 'breaking' ? 'warn' : 'pass',
    value: added.length + removed.length + retyped.length,
    expected: 'the fields of earlier sessions',
    sentence:
      drift === null || kind === 'none'
        ? 'The fields are as before.'
        : `The fields changed: ${describeDrift(drift)}.`,
  };
}
