import { readsAsShare, unknownCurrency } from '../../../domain/datapoints.ts';
import { shownBy } from '../../../domain/words.ts';
import type { Grid } from './grid.ts';

// Made once: making one takes longer than cleaning a series.
const fourDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
const twoDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });

/** Four digits, with separators; very large or small ones with an exponent. */
export const shown = (value: number): string => shownBy(fourDigits, value);

/** Two digits: `5.6`, `1,200`. */
export const roughly = (value: number): string => shownBy(twoDigits, value);

/** How values of a series are told: with the currency, or in percent. */
export function sayingOf({ measure, currency, values }: Pick<Grid, 'measure' | 'currency' | 'values'>) {
  const unit = currency === null || currency === unknownCurrency ? '' : ` ${currency}`;
  const share = readsAsShare(measure, currency, values);
  return (value: number): string => (share ? `${shown(value * 100)} %` : `${shown(value)}${unit}`);
}
