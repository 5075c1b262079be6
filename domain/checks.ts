/** What a check's value counts. `share`: 0 to 1. */
export type CheckUnit = 'days' | 'rows' | 'share' | 'fields' | 'periods';

/** A side on which a person may set a limit. */
export type CheckLimit = 'atLeast' | 'atMost';

interface CheckRow {
  /** What its value is, for people. */
  readonly measures: string;
  readonly unit: CheckUnit;
  /** The limits that make sense for it. */
  readonly limits: readonly CheckLimit[];
  /** The greatest limit that makes sense; the least is 0. */
  readonly most: number;
}

/** What monitoring checks of each resource in each session. */
export const checkTable = {
  freshness: { measures: 'age of the newest row', unit: 'days', limits: ['atMost'], most: 36_500 },
  volume: {
    measures: 'rows, or changed rows where only changes are read',
    unit: 'rows',
    limits: ['atLeast', 'atMost'],
    most: 1e12,
  },
  completeness: {
    measures: "share of the app's rows that were taken",
    unit: 'share',
    limits: ['atLeast'],
    most: 1,
  },
  nullRates: { measures: 'greatest rise of empty values', unit: 'share', limits: ['atMost'], most: 1 },
  duplicates: { measures: 'share of rows that came twice', unit: 'share', limits: ['atMost'], most: 1 },
  drift: { measures: 'fields that changed', unit: 'fields', limits: ['atMost'], most: 1_000 },
  gaps: { measures: 'periods without rows', unit: 'periods', limits: ['atMost'], most: 1_000 },
  outliers: { measures: 'periods far from what was usual', unit: 'periods', limits: ['atMost'], most: 1_000 },
} as const satisfies Readonly<Record<string, CheckRow>>;

export type CheckName = keyof typeof checkTable;

export const checkNames = Object.keys(checkTable) as readonly CheckName[];

export const isCheckName = (name: string): name is CheckName => Object.hasOwn(checkTable, name);

/** `off`: not made. `warn`: told. `block`: a failed check ends the session in 17. */
export const checkSeverities = ['off', 'warn', 'block'] as const;

/** What a person wants of one check. Limits are in the unit of the check; outside of them it fails. */
export interface CheckSetting {
  readonly severity: (typeof checkSeverities)[number];
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
}

/** By resource, or `*` for all, then by check. A resource's own setting of a check replaces that of `*`. */
export type CheckSettings = Readonly<Record<string, Readonly<Partial<Record<CheckName, CheckSetting>>>>>;

export const everyResource = '*';

/** Of a check nobody said anything about. */
const unset: CheckSetting = { severity: 'warn' };

/** The setting that counts for a check of a resource. */
export const checkSettingOf = (
  settings: CheckSettings | undefined,
  resource: string,
  check: CheckName,
): CheckSetting => settings?.[resource]?.[check] ?? settings?.[everyResource]?.[check] ?? unset;

/** What is wrong with the limits of a check, in words that follow its name; null: nothing. */
export function checkSettingFault(
  check: CheckName,
  { atLeast, atMost }: Omit<CheckSetting, 'severity'>,
): string | null {
  const { unit, limits, most }: CheckRow = checkTable[check];
  for (const [name, limit] of [
    ['atLeast', atLeast],
    ['atMost', atMost],
  ] as const) {
    if (limit === undefined) continue;
    if (!limits.includes(name)) return `takes no ${name}, only ${limits.join(' and ')}`;
    if (!(limit >= 0 && limit <= most)) return `${name} must be from 0 to ${most} (${unit})`;
    if (unit !== 'share' && unit !== 'days' && !Number.isInteger(limit))
      return `${name} must be a whole number of ${unit}`;
  }
  if (atLeast !== undefined && atMost !== undefined && atLeast > atMost)
    return `atLeast (${atLeast}) is more than atMost (${atMost})`;
  return null;
}
