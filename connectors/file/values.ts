import type { JsonObject, JsonValue } from '../../domain/json.ts';

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The types that a JSON Schema declares, also through its alternatives. */
function declared(schema: JsonValue | undefined, depth = 0): readonly string[] {
  if (!isObject(schema) || depth > 4) return [];
  const { type, anyOf, oneOf } = schema;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.map(String);
  const alternatives = anyOf ?? oneOf;
  return Array.isArray(alternatives) ? alternatives.flatMap((one) => declared(one, depth + 1)) : [];
}

/** The types that the schema of a resource declares for a field; none where it says nothing. */
export function typesOf(schema: JsonObject | 'infer', name: string): readonly string[] {
  const properties = schema === 'infer' ? undefined : schema.properties;
  return isObject(properties) && Object.hasOwn(properties, name) ? declared(properties[name]) : [];
}

/** What a text becomes; undefined: the field is left out. */
export type Conversion = (text: string) => JsonValue | undefined;

const asItIs: Conversion = (text) => text;
const numeral = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const whole = /^[+-]?\d+$/;

/** The number that a text says; more digits than a number holds exactly are an id or a fault, and stay a text. */
function numberOf(text: string): number | string {
  if (!numeral.test(text)) return text;
  const number = Number(text);
  const exact = whole.test(text) ? Number.isSafeInteger(number) : Number.isFinite(number);
  return exact ? number : text;
}

/**
 * What becomes of the texts of a column, by the types that the schema declares and by nothing else: a text that is
 * none of them stays as it is, and is judged with its row. An empty one is null where that is allowed, stays empty in
 * a column of texts, and is left out of others.
 */
export function conversionOf(types: readonly string[]): Conversion {
  const nullable = types.includes('null');
  if (types.length === 0) return asItIs;
  if (types.includes('string')) return nullable ? (text) => (text === '' ? null : text) : asItIs;
  const boolean = types.includes('boolean');
  const number = types.includes('number') || types.includes('integer');
  const json = types.includes('object') || types.includes('array');
  return (text) => {
    const bare = text.trim();
    if (bare === '') return nullable ? null : undefined;
    if (boolean && /^(true|false)$/i.test(bare)) return bare.length === 4;
    const value = number ? numberOf(bare) : bare;
    if (typeof value === 'number') return value;
    return json ? (jsonOf(bare) ?? text) : text;
  };
}

/** A list or an object that a cell holds as JSON. */
function jsonOf(text: string): JsonValue | undefined {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
