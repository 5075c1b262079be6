import { type CheckName, type CheckSetting, type CheckUnit, checkTable } from '../../../domain/checks.ts';
import type { CheckDoc } from '../../../stores/model.ts';
import type { Bounds, Measured } from './facts.ts';

/** What a check found, without its place. */
export type Verdict = Omit<CheckDoc, '_id' | 'sessionId' | 'connectionId' | 'resource' | 'at'>;

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/** A value in its unit, for people: `2.5 days`, `12 %`. */
export function inUnit(value: number, unit: CheckUnit): string {
  if (unit === 'share') return `${grouped.format(value * 100)} %`;
  return `${grouped.format(value)} ${value === 1 ? unit.slice(0, -1) : unit}`;
}

const rounded = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : Math.round(value * 10_000) / 10_000;

/**
 * Compares what was measured with a person's limits and with what was learned. Fail: outside of a limit, or so far
 * outside of what was learned that it is blatant, unless a limit on that side is kept. Warn: outside of what was
 * learned.
 */
export function judge(
  check: CheckName,
  method: string,
  { value: measured, seen, learned, blind = false }: Measured,
  setting: CheckSetting,
): Verdict {
  const { unit } = checkTable[check];
  const value = measured === null || !Number.isFinite(measured) ? null : measured;
  const { severity, why } = compared(value, learned ?? {}, setting, unit);
  const unkept = blind && (setting.atLeast !== undefined || setting.atMost !== undefined);
  return {
    check,
    method,
    unit,
    severity: unkept ? 'warn' : severity,
    value: rounded(value ?? Number.NaN),
    low: rounded(setting.atLeast ?? learned?.low),
    high: rounded(setting.atMost ?? learned?.high),
    blocks: setting.severity === 'block',
    expected: expectedText(learned, setting, unit),
    sentence: [seen, unkept ? 'So the limit that was set cannot be watched.' : why]
      .filter((text) => text !== '')
      .join(' '),
  };
}

function compared(
  value: number | null,
  { low = -Infinity, high = Infinity, failLow = -Infinity, failHigh = Infinity }: Bounds,
  { atLeast, atMost }: CheckSetting,
  unit: CheckUnit,
): { readonly severity: Verdict['severity']; readonly why: string } {
  if (value === null) return { severity: 'pass', why: '' };
  const limit = (word: string, at: number) =>
    `Outside of the limit that was set: ${word} ${inUnit(at, unit)}.`;
  if (atLeast !== undefined && value < atLeast) return { severity: 'fail', why: limit('at least', atLeast) };
  if (atMost !== undefined && value > atMost) return { severity: 'fail', why: limit('at most', atMost) };
  const tooLow = value < Math.max(low, failLow);
  const tooHigh = value > Math.min(high, failHigh);
  if (!tooLow && !tooHigh) return { severity: 'pass', why: '' };
  const blatant = tooLow
    ? value < failLow && atLeast === undefined
    : value > failHigh && atMost === undefined;
  const usual = tooLow ? `at least ${inUnit(low, unit)}` : `at most ${inUnit(high, unit)}`;
  return blatant
    ? { severity: 'fail', why: `Far outside of what was learned: ${usual}.` }
    : { severity: 'warn', why: `Unusual: expected is ${usual}.` };
}

function expectedText(learned: Bounds | null, { atLeast, atMost }: CheckSetting, unit: CheckUnit): string {
  const set = rangeText(atLeast, atMost, unit);
  const usual = learned === null ? null : rangeText(learned.low, learned.high, unit);
  const texts = [...(set === null ? [] : [`${set} (set)`]), ...(usual === null ? [] : [`${usual} (usual)`])];
  return texts.length > 0 ? texts.join('; ') : 'nothing yet';
}

function rangeText(low: number | undefined, high: number | undefined, unit: CheckUnit): string | null {
  if (low !== undefined && high !== undefined) return `${inUnit(low, unit)} to ${inUnit(high, unit)}`;
  if (low !== undefined) return `at least ${inUnit(low, unit)}`;
  return high === undefined ? null : `at most ${inUnit(high, unit)}`;
}
