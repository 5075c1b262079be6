/**
 * Spellings of one value brought to one form. Each gives null for a value that says nothing or cannot be read as what
 * it should be: such a value never matches.
 */

/** Values that stand for "nothing", as {@link plainText} writes them. */
const meaningless = new Set([
  ...['n/a', 'na', 'n.a.', 'none', 'null', 'nil', 'nan', 'unknown', 'undefined', 'not available'],
  ...['test', 'tbd', 'k.a.', 'keine', 'keine angabe', 'unbekannt', 'anonymous', 'x', 'xx', 'xxx'],
]);

/** Compatible characters as one, lower case, one space between words. */
export const plainText = (value: string): string =>
  value.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();

/** A test for values that say nothing: empty ones, punctuation alone, "n/a" and the like, and these. */
export function createIgnored(values: readonly string[] = []): (value: string) => boolean {
  const own = new Set(values.map(plainText));
  return (value) => {
    const text = plainText(value);
    return meaningless.has(text) || own.has(text) || !/[\p{L}\p{N}]/u.test(text);
  };
}

/**
 * An email address: case and spaces around it do not count, `mailto:` neither. Dots and what follows a plus are kept:
 * only at some providers they mean nothing, and two people in one record are worse than one person in two.
 */
export function emailKey(value: string): string | null {
  const text = plainText(value).replace(/^mailto:/, '');
  return /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+$/.test(text) ? text : null;
}

const countryAliases: Readonly<Record<string, string>> = { EL: 'GR', UK: 'GB', XI: 'GB' };
const countryOf = (code: string): string => countryAliases[code] ?? code;

/**
 * A tax number: its letters and digits, with the country before them. `DE 123 456 789`, and `123.456.789` with the
 * country DE, are equal.
 */
export function taxNumberKey(value: string, country: string | null): string | null {
  const text = value
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');
  const [, prefix, rest = text] = /^([A-Z]{2})([A-Z0-9]*\d[A-Z0-9]{4,})$/.exec(text) ?? [];
  if (rest.length < 5 || /^(.)\1*$/.test(rest) || !/\d/.test(rest)) return null;
  const home = prefix ?? country?.toUpperCase() ?? '';
  return `${countryOf(home)}${rest}`;
}

const legalForms = new Set([
  ...['gmbh', 'ggmbh', 'mbh', 'ag', 'kg', 'kgaa', 'ohg', 'gbr', 'ug', 'ev', 'eg', 'ek', 'haftungsbeschrankt'],
  ...[
    'inc',
    'incorporated',
    'llc',
    'ltd',
    'limited',
    'corp',
    'corporation',
    'co',
    'company',
    'plc',
    'llp',
    'lp',
  ],
  ...[
    'sa',
    'sarl',
    'sas',
    'sasu',
    'srl',
    'spa',
    'sl',
    'slu',
    'bv',
    'nv',
    'vof',
    'oy',
    'oyj',
    'ab',
    'as',
    'asa',
  ],
  ...[
    'aps',
    'pty',
    'kft',
    'zrt',
    'sro',
    'doo',
    'sp',
    'zoo',
    'se',
    'lda',
    'ltda',
    'pte',
    'pvt',
    'kk',
    'gesmbh',
  ],
]);
const titles = new Set(['mr', 'mrs', 'ms', 'miss', 'dr', 'prof', 'herr', 'frau', 'mme', 'mlle']);
const letters: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' },
};

/**
 * The words of a name in the order of the alphabet: without case, accents, punctuation, legal forms (GmbH, Inc, Ltd)
 * and titles. `Dr. Müller, Anna` and `anna MULLER` are equal. A name of nothing but such words keeps them.
 */
export function nameKey(value: string): string | null {
  const words = value
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[ßæœøłđðþı]/g, (letter) => letters[letter] ?? letter)
    .replace(/['’`´]/g, '')
    // G.m.b.H. and J. R. are letters of one word each.
    .replace(/\b(\p{L})\.(?=\p{L}\b)/gu, '$1')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const kept = words.filter((word) => !legalForms.has(word) && !titles.has(word));
  const sorted = (kept.length > 0 ? kept : words).sort();
  return sorted.length === 0 ? null : sorted.join(' ');
}

/** A day as YYYY-MM-DD, from ISO 8601, `31.12.2024`, `2024/12/31` or `20241231`; a day that is none is null. */
export function dateKey(value: string): string | null {
  const text = value.trim();
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  const local = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
  const [year, month, day] =
    iso !== null
      ? iso.slice(1, 4).map(Number)
      : local !== null
        ? local.slice(1, 4).reverse().map(Number)
        : [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year > 0;
  return isDay ? date.toISOString().slice(0, 10) : null;
}

/** Free text: letters and digits, lower case, one space between words. */
export function textKey(value: string): string | null {
  const text = plainText(value)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return text === '' ? null : text;
}
