import { hash } from 'node:crypto';
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { ResourceDefinition } from '../../connectors/definition.ts';
import { fieldAt } from '../../connectors/pointer.ts';
import type { ComparedField, DeduplicationRule } from '../../connectors/schema.ts';
import type { Survivorship } from '../../domain/deduplication.ts';
import {
  createIgnored,
  dateKey,
  emailKey,
  nameKey,
  taxNumberKey,
  textKey,
} from '../../domain/deduplication-keys.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { namesOf, pathOf } from '../loading/paths.ts';
import { canonical, textFingerprint } from '../structuring/canonical.ts';

/** Records that may share a value; above, it is reported and merges nothing. */
const defaultLargestGroup = 50;

/** A match key of one record. */
export interface MatchKey {
  /** Stands for the values; of 72 bits, so that two of a billion are equal by chance once in a few hundred times. */
  readonly hash: string;
  /** Place of the alternative. */
  readonly rank: number;
}

/** What deduplication sees of one record. */
export interface Looked {
  readonly keys: readonly MatchKey[];
  /** Groups in which near matches are looked for. */
  readonly blocks: readonly string[];
  /** The name that near matches are told by. */
  readonly name: string | null;
  /** Alternatives that say nothing in this record, by why. */
  readonly empty: readonly number[];
  readonly ignored: readonly number[];
}

/** A rule, made ready. */
export interface Rule {
  /** Changes with the definition of the rule: then everything is looked at again. */
  readonly print: string;
  readonly labels: readonly string[];
  readonly look: (data: JsonObject) => Looked;
  /** The values that a match key of this record stands for, for people. */
  readonly textOf: (data: JsonObject, rank: number) => string;
  readonly survivorship: Survivorship;
  readonly largestGroup: number;
  readonly suggest: { readonly similarity: number; readonly most: number } | null;
}

type Value = { readonly text: string } | 'empty' | 'ignored';
type Compared = ComparedField & { readonly path: string; readonly countryPath: string | null };

/** Makes a rule of the definition ready. @param key Fields of the record's key, in the app's names */
export function compileRule(
  rule: DeduplicationRule,
  { mapping = {}, key }: Pick<ResourceDefinition, 'mapping' | 'key'>,
): Rule {
  const compared = (field: ComparedField): Compared => ({
    ...field,
    path: inRecord(field.field, mapping),
    countryPath: field.countryField === undefined ? null : inRecord(field.countryField, mapping),
  });
  const alternatives = rule.match.map((group) =>
    Array.isArray(group)
      ? group.map((field) => compared({ field, as: 'exact' }))
      : group.fields.map((field) => compared(field)),
  );
  const isIgnored = createIgnored(rule.ignoreValues);
  const readValue = createValues(isIgnored);
  const { name, sameAddress, most = 1_000 } = rule.suggest ?? {};
  const namePath = name === undefined ? null : inRecord(name.field, mapping);
  const addressPaths = sameAddress?.map((field) => inRecord(field, mapping)) ?? null;
  const own = key.map((field) => mapping[field] ?? namesOf(inRecord(field, mapping))[0] ?? field);

  return {
    print: textFingerprint(canonical(rule as unknown as JsonValue)),
    labels: alternatives.map((fields) => fields.map(({ field }) => field).join(' + ')),
    look(data) {
      const keys: MatchKey[] = [];
      const empty: number[] = [];
      const ignored: number[] = [];
      for (const [rank, fields] of alternatives.entries()) {
        const texts: string[] = [];
        for (const field of fields) {
          const value = readValue(data, field);
          if (value === 'empty') empty.push(rank);
          else if (value === 'ignored') ignored.push(rank);
          else texts.push(value.text);
          if (typeof value === 'string') break;
        }
        if (texts.length === fields.length) keys.push({ hash: hashOf(`${rank}\0${texts.join('\0')}`), rank });
      }
      const called = namePath === null ? null : nameAt(data, namePath, isIgnored);
      const blocks = [...blocksOf(called), ...addressBlock(data, addressPaths, isIgnored)];
      return { keys, blocks, name: called, empty, ignored };
    },
    textOf: (data, rank) =>
      (alternatives[rank] ?? [])
        .map(({ path }) => {
          const value = fieldAt(data, path) ?? null;
          return typeof value === 'string' ? value.slice(0, 100) : canonical(value).slice(0, 100);
        })
        .join(' + '),
    survivorship: {
      default: rule.survivorship?.default ?? 'newest',
      fields: rule.survivorship?.fields ?? {},
      own,
    },
    largestGroup: rule.largestGroup ?? defaultLargestGroup,
    suggest: rule.suggest === undefined ? null : { similarity: name?.similarity ?? 0.85, most },
  };
}

/** A pointer says where the app has a field; the mapping may call the first step otherwise. */
function inRecord(field: string, mapping: Readonly<Record<string, string>>): string {
  if (!field.startsWith('/')) return field;
  const [first = '', ...rest] = namesOf(field);
  return pathOf([mapping[first] ?? first, ...rest]);
}

const hashOf = (text: string): string => hash('sha256', text, 'base64').slice(0, 12);

function createValues(isIgnored: (value: string) => boolean) {
  return (data: JsonObject, { path, as, country, countryPath }: Compared): Value => {
    const value = fieldAt(data, path);
    if (value === undefined || value === null || value === '') return 'empty';
    if (typeof value === 'object') return as === 'exact' ? { text: canonical(value) } : 'ignored';
    const plain = String(value);
    if (plain.trim() === '') return 'empty';
    if (isIgnored(plain)) return 'ignored';
    if (as === 'exact') return { text: canonical(value) };
    const own = countryPath === null ? undefined : fieldAt(data, countryPath);
    const home =
      typeof own === 'string' && /^[a-z]{2}$/i.test(own.trim()) ? own.trim().toUpperCase() : country;
    const text = readAs(as, plain, home ?? null);
    // What is no phone number is told apart by nothing: it may be a note, the same in many records.
    return text === null || isIgnored(text) ? 'ignored' : { text };
  };
}

function readAs(
  as: Exclude<ComparedField['as'], 'exact'>,
  value: string,
  country: string | null,
): string | null {
  switch (as) {
    case 'email':
      return emailKey(value);
    case 'phone':
      return phoneKey(value, country);
    case 'taxNumber':
      return taxNumberKey(value, country);
    case 'name':
      return nameKey(value);
    case 'date':
      return dateKey(value);
    case 'text':
      return textKey(value);
  }
}

/**
 * A phone number as E.164, with its extension. One that says no country, where none is known, by its digits alone, seven
 * at least.
 */
export function phoneKey(value: string, country: string | null): string | null {
  const text = value.normalize('NFKC').replace(/^\s*00/, '+');
  const home = country !== null && isSupportedCountry(country) ? (country as CountryCode) : undefined;
  const number = parsePhoneNumberFromString(text, home);
  if (number?.isPossible() === true)
    return `${number.number}${number.ext === undefined ? '' : `;${number.ext}`}`;
  if (home !== undefined || text.trim().startsWith('+')) return null;
  const digits = text.replace(/\D/g, '');
  return digits.length < 7 || digits.length > 15 || /^(.)\1*$/.test(digits) ? null : digits;
}

function nameAt(data: JsonObject, path: string, isIgnored: (value: string) => boolean): string | null {
  const value = fieldAt(data, path);
  return typeof value !== 'string' || isIgnored(value) ? null : nameKey(value.slice(0, 200));
}

/** Near names share a word and the first letters of the others; of one word its beginning or its end. */
function blocksOf(name: string | null): string[] {
  if (name === null || name.length < 4) return [];
  const words = name.split(' ').slice(0, 5);
  if (words.length === 1) return [`~${hashOf(`p${name.slice(0, 3)}`)}`, `~${hashOf(`s${name.slice(-3)}`)}`];
  return words.map((word, index) => {
    const initials = words.flatMap((other, at) => (at === index ? [] : (other[0] ?? ''))).sort();
    return `~${hashOf(`w${word}|${initials.join('')}`)}`;
  });
}

function addressBlock(
  data: JsonObject,
  paths: readonly string[] | null,
  isIgnored: (value: string) => boolean,
): string[] {
  if (paths === null) return [];
  const texts: string[] = [];
  for (const path of paths) {
    const value = fieldAt(data, path);
    if (typeof value !== 'string' && typeof value !== 'number') return [];
    const text = isIgnored(String(value)) ? null : textKey(String(value));
    if (text === null) return [];
    texts.push(text);
  }
  return [`@${hashOf(texts.join('\0'))}`];
}
