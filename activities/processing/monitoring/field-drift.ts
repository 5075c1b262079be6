import { describeDrift, noDrift } from '../../structuring/drift.ts';
import type { Check } from './facts.ts';

/** So many fields that are gone or of another type are blatant. */
const blatant = 3;

/** How the fields of the rows and their types differ from those of earlier sessions. */
export const fieldDrift: Check = ({ run: { drift } }) => {
  const { class: kind, added, removed, retyped } = drift ?? noDrift;
  const broken = removed.length + retyped.length;
  return {
    value: added.length + broken,
    // New fields break nothing.
    learned:
      kind === 'breaking'
        ? { high: added.length, ...(broken >= blatant && { failHigh: added.length }) }
        : null,
    seen:
      drift === null || kind === 'none'
        ? 'The fields are as before.'
        : `The fields changed: ${describeDrift(drift)}.`,
  };
};
