import type { CheckName } from '../../../domain/checks.ts';
import { completeness } from './completeness.ts';
import { duplicates } from './duplicates.ts';
import type { Check } from './facts.ts';
import { fieldDrift } from './field-drift.ts';
import { freshness } from './freshness.ts';
import { gaps } from './gaps.ts';
import { nullRates } from './null-rates.ts';
import { outliers } from './outliers.ts';
import { volume } from './volume.ts';

/** Every check, in the order in which they are shown; what its value is stands in `checkTable` (domain). */
export const checks: Readonly<Record<CheckName, { readonly method: string; readonly measure: Check }>> = {
  freshness: {
    method: 'Age of the newest row when the session read; against the usual age in up to 20 sessions.',
    measure: freshness,
  },
  volume: {
    method:
      'Rows of a full read against earlier full ones; changed rows against the usual rate, times the time since the session before. Robust z-score.',
    measure: volume,
  },
  completeness: {
    method: 'Rows that were read and fit, of those that the app says there are; against the usual share.',
    measure: completeness,
  },
  nullRates: {
    method: 'Share of empty values by field against all rows of earlier sessions; the greatest rise.',
    measure: nullRates,
  },
  duplicates: {
    method: 'Share of the rows whose key came more than once in the session; against the usual share.',
    measure: duplicates,
  },
  drift: {
    method: 'Fields of the rows and their types against those of earlier sessions.',
    measure: fieldDrift,
  },
  gaps: {
    method: 'Newest periods of the metrics without rows, where every earlier period had rows.',
    measure: gaps,
  },
  outliers: {
    method:
      'Newest periods of the metrics against the same periods of up to three seasons before, or the 12 before; robust z-score above 5.',
    measure: outliers,
  },
};
