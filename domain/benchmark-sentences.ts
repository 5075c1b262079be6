import type { Position, Standing } from './benchmark.ts';
import { shownBy } from './words.ts';

const digits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const large = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const percents = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

const numberText = (value: number): string =>
  shownBy(Math.abs(value) >= 1000 ? large : digits, value === 0 ? 0 : value);
const percentText = (value: number): string => `${percents.format(value === 0 ? 0 : value * 100)} %`;

/** A figure's value for people: `12.5 %`, `25,300 USD`. A share without a currency between -1 and 1 is in percent. */
export function figureText({ kind, currency }: Pick<Standing, 'kind' | 'currency'>, value: number): string {
  if (kind === 'growth' || kind === 'topTen') return percentText(value);
  if (kind === 'effective') return large.format(value);
  if (kind === 'average' && currency === null && Math.abs(value) <= 1) return percentText(value);
  return currency === null ? numberText(value) : `${numberText(value)} ${currency}`;
}

const halves = ['lower half', 'upper half'];
const thirds = ['lower third', 'middle third', 'upper third'];
const quarters = ['lowest quarter', 'second quarter', 'third quarter', 'highest quarter'];
const partNames: Readonly<Record<number, readonly string[]>> = { 2: halves, 3: thirds, 4: quarters };

/** `upper half`, `20 to 40 % from below` */
export function positionText({ part, of }: Position): string {
  const named = partNames[of]?.[part - 1];
  if (named !== undefined) return named;
  const percent = (number: number) => Math.round((100 * number) / of);
  return `part from ${percent(part - 1)} to ${percent(part)} % from below`;
}

const periodName = { day: 'day', week: 'week', month: 'month' } as const;

/** `customer_id` reads as `customer`. */
const entityText = (entity: string | null): string => (entity ?? '').replace(/_id$/, '').replaceAll('_', ' ');

/** `customer_id` reads as `customers`. */
function manyText(entity: string | null): string {
  const one = entityText(entity);
  return /[^aeiou]y$/.test(one) ? `${one.slice(0, -1)}ies` : `${one}s`;
}

function fact(standing: Standing, value: number): string {
  const { name, kind, grain, to, entity } = standing;
  const text = figureText(standing, value);
  const year = `in the 12 months to ${to}`;
  switch (kind) {
    case 'growth': {
      if (percentText(value) === percentText(0)) return `${name} stayed the same ${year}`;
      const size = figureText(standing, Math.abs(value));
      return `${name} ${value > 0 ? 'grew' : 'fell'} by ${size} ${year}`;
    }
    case 'level':
      return `${name} without the season: ${text} in the ${periodName[grain]} to ${to}`;
    case 'average':
      return `${name} was ${text} ${year}`;
    case 'topTen':
      return `The ten largest ${manyText(entity)} made ${text} of ${name} ${year}`;
    case 'effective':
      return `${name} ${year} had the spread of ${text} ${text === '1' ? entityText(entity) : manyText(entity)} of equal size`;
  }
}

function gapText({ name, kind, gap, group: { size, needed } }: Standing): string {
  switch (gap) {
    case 'NOT_ENOUGH_HISTORY':
      return kind === 'growth' ? 'needs two years of records' : 'needs more records of the past';
    case 'NO_VALUES':
      return 'there are no numbers to compute it from';
    case 'ZERO_BEFORE':
      return `${name} was 0 in the 12 months before`;
    case 'NEGATIVE':
      return `${name} is below 0 in one of the two years`;
    case 'TOO_MANY':
      return 'there are too many to add up';
    case 'GROUP_TOO_SMALL':
      return `not compared: ${size} of ${needed} companies`;
    case 'NEXT_COMPARISON':
      return 'it takes part in the next comparison of the group';
    case 'OTHER_PERIOD':
      return 'not compared: the others have numbers of another time';
    case 'TOO_OLD':
      return 'not compared: it is older than 90 days';
    case null:
      return '';
  }
}

const kindName = {
  growth: 'growth',
  level: 'level without the season',
  average: 'average',
  topTen: 'share of the ten largest',
  effective: 'number of equal size',
} as const;

/** What a figure is called: `Sales: growth`. */
export function figureName({ name, kind, entity }: Pick<Standing, 'name' | 'kind' | 'entity'>): string {
  return `${name}: ${kindName[kind]}${entity === null ? '' : ` by ${entityText(entity)}`}`;
}

/**
 * One sentence for people, such as `Sales grew by 20 % in the 12 months to 2026-03-31: in the upper half of 6
 * companies.` The value that it names is the compared one, else the present one.
 */
export function benchmarkSentence(standing: Standing): string {
  const { value, compared, comparedTo, to, position, typical, group, better } = standing;
  const shown = position === null ? value : compared;
  if (shown === null) return `${figureName(standing)}: ${gapText(standing)}.`;
  if (position === null) return `${fact(standing, shown)}; ${gapText(standing)}.`;
  const of = group.segment === null ? 'companies' : `companies of "${group.segment}"`;
  const less = better === 'down' ? ', where less is better' : '';
  const middle =
    typical === null ? '' : `; the middle of the group is at about ${figureText(standing, typical)}`;
  return `${fact({ ...standing, to: comparedTo ?? to }, shown)}: in the ${positionText(position)} of ${group.size} ${of}${less}${middle}.`;
}

/** A sentence for each figure, compared ones first. For the report of a session. */
export function benchmarkSentences(standings: readonly Standing[]): readonly string[] {
  const compared = standings.filter(({ position }) => position !== null);
  const others = standings.filter(({ position }) => position === null);
  return [...compared, ...others].map(benchmarkSentence);
}
