import type { ResourceFacts, RunSeen } from '../../activities/processing/monitoring/facts.ts';
import { judge, type Verdict } from '../../activities/processing/monitoring/judge.ts';
import type { MetricSeries } from '../../activities/processing/monitoring/series.ts';
import { checks } from '../../activities/processing/monitoring/table.ts';
import type { CheckName, CheckSetting } from '../../domain/checks.ts';
import { emptyLedger } from '../../domain/ledger.ts';

export const dayMs = 86_400_000;
const start = Date.UTC(2026, 0, 1);

/** What of a run a test says; the rest is as of a run in which nothing is wrong. */
export interface Told extends Partial<Pick<RunSeen, 'kind' | 'nulls' | 'newest' | 'drift' | 'total'>> {
  readonly read?: number;
  readonly quarantined?: number;
  readonly duplicate?: number;
  readonly newestMs?: number;
}

const seen = (startedAt: number, told: Told): RunSeen => {
  const { kind = 'full', read = 100, quarantined = 0, duplicate = 0, nulls = {}, drift = null } = told;
  const { total = null, newestMs = startedAt } = told;
  return {
    ...{ sessionId: `c.${startedAt}`, kind, startedAt, nulls, drift, total },
    newest: told.newest === undefined ? new Date(newestMs).toISOString() : told.newest,
    ledger: {
      ...{ ...emptyLedger, read, quarantined, duplicate },
      inserted: read - quarantined - duplicate,
    },
  };
};

/** Sessions a day apart, newest first, and when the next one comes. */
export function sessionsOf(count: number, of: (startedAt: number, n: number) => Told) {
  const runs = Array.from({ length: count }, (_, n) => seen(start + n * dayMs, of(start + n * dayMs, n)));
  return { runs: runs.reverse(), now: start + count * dayMs };
}

/** The session after those, `days` after the last. */
export const runOf = ({ now }: { readonly now: number }, told: Told, days = 1): RunSeen =>
  seen(now + (days - 1) * dayMs, told);

/** One check, judged. Where it does not apply its method is `none`. */
export function checked(
  name: CheckName,
  run: RunSeen,
  earlier: ResourceFacts['earlier'],
  setting: CheckSetting = { severity: 'warn' },
  series: readonly MetricSeries[] = [],
): Verdict {
  const { method, measure } = checks[name];
  const measured = measure({ run, earlier, newestBefore: null, series });
  return measured === null
    ? judge(name, 'none', { value: null, seen: '', learned: null }, setting)
    : judge(name, method, measured, setting);
}

/** A changed series of months from January 2010. */
export const monthsOf = (count: number, value: (n: number) => number | null): MetricSeries => ({
  name: 'Sales',
  grain: 'month',
  changed: true,
  periods: Array.from({ length: count }, (_, n) => ({
    start: new Date(Date.UTC(2010, n)).toISOString().slice(0, 10),
    rows: 1,
    value: value(n),
  })),
});
