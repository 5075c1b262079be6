import type { SchemaElement, SchemaTree } from 'hyparquet';
import type { JsonValue } from '../../domain/json.ts';

/** Digits that a number always holds exactly. */
const exactDigits = 15;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const unitsPerMs = { MILLIS: 1n, MICROS: 1_000n, NANOS: 1_000_000n } as const;
type Unit = keyof typeof unitsPerMs;

/** Bytes that say they are text, and bytes that do not but are: text. Others: base64. */
function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('base64');
  }
}

/** Times and dates come as the numbers that the file holds; nothing is rounded before we see it. */
export const rawParsers = {
  timestampFromMilliseconds: (value: bigint) => value,
  timestampFromMicroseconds: (value: bigint) => value,
  timestampFromNanoseconds: (value: bigint) => value,
  dateFromDays: (days: number) => days,
  stringFromBytes: (bytes: Uint8Array | undefined) => (bytes === undefined ? bytes : textOf(bytes)),
  jsonFromBytes: (bytes: Uint8Array | undefined) => {
    if (bytes === undefined) return bytes;
    const text = textOf(bytes);
    try {
      return JSON.parse(text) as JsonValue;
    } catch {
      return text;
    }
  },
};

/** What hyparquet would make a number of with a loss, or refuse, stays as the file holds it. */
export function keepRaw(elements: readonly SchemaElement[]): void {
  for (const element of elements) {
    const { converted_type: kind, precision = 0, scale = 0 } = element;
    if (kind === 'DECIMAL') element.logical_type ??= { type: 'DECIMAL', precision, scale };
    if (kind === 'DECIMAL' || kind === 'INTERVAL' || kind === 'BSON') delete element.converted_type;
  }
}

function signed(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}

/** A decimal number: a number where that is exact, else its digits as text. */
function decimalOf(raw: unknown, scale: number, types: readonly string[]): JsonValue {
  const value = raw instanceof Uint8Array ? signed(raw) : BigInt(raw as number | bigint);
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const text = `${value < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
  if (types.includes('string')) return text;
  const exact = digits.replace(/^0+/, '').length <= exactDigits;
  return exact || types.includes('number') ? Number(text) : text;
}

const fraction = (units: bigint, unit: Unit): string => {
  const digits = { MILLIS: 3, MICROS: 6, NANOS: 9 }[unit];
  const text = units.toString().padStart(digits, '0');
  // Three digits as everywhere; more only where they say something.
  return text.replace(/^(\d{3})((?:\d{3})*?)(?:000)*$/, '$1$2');
};

function instantOf(value: bigint, unit: Unit): JsonValue {
  const perSecond = unitsPerMs[unit] * 1_000n;
  const rest = ((value % perSecond) + perSecond) % perSecond;
  const date = new Date(Number((value - rest) / perSecond) * 1_000);
  if (Number.isNaN(date.getTime())) return value.toString();
  return `${date.toISOString().slice(0, -5)}.${fraction(rest, unit)}Z`;
}

function timeOf(value: bigint, unit: Unit): JsonValue {
  const perSecond = unitsPerMs[unit] * 1_000n;
  const seconds = value / perSecond;
  if (value < 0n || seconds >= 86_400n) return value.toString();
  const clock = new Date(Number(seconds) * 1_000).toISOString().slice(11, 19);
  return `${clock}.${fraction(value % perSecond, unit)}`;
}

function dateOf(days: number): JsonValue {
  const date = new Date(days * 86_400_000);
  return Number.isNaN(date.getTime()) ? days : (date.toISOString().split('T')[0] ?? days);
}

/** What is no number of JSON says so as text, and is judged with its row. */
function plainOf(value: unknown, types: readonly string[]): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) && !types.includes('string') ? number : value.toString();
  }
  if (typeof value === 'number') {
    const asText = !Number.isFinite(value) || (types.includes('string') && !types.includes('number'));
    return asText ? String(value) : value;
  }
  if (value instanceof Uint8Array) return textOf(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return Array.from(value as ArrayLike<unknown>, (one) => plainOf(one, []));
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plainOf(one, [])]));
  return value as string | boolean;
}

/** A single value by what its column says of it. */
function leafOf({ element }: SchemaTree, value: unknown, types: readonly string[]): JsonValue {
  const { converted_type: kind, logical_type: logical, type } = element;
  const isInteger = typeof value === 'bigint' || typeof value === 'number';
  if (logical?.type === 'DECIMAL' && (isInteger || value instanceof Uint8Array))
    return decimalOf(value, logical.scale ?? 0, types);
  if (!isInteger) return plainOf(value, types);
  if (kind === 'DATE' || logical?.type === 'DATE') return dateOf(Number(value));
  if (logical?.type === 'TIMESTAMP') return instantOf(BigInt(value), logical.unit);
  if (logical?.type === 'TIME') return timeOf(BigInt(value), logical.unit);
  if (kind === 'TIMESTAMP_MILLIS') return instantOf(BigInt(value), 'MILLIS');
  if (kind === 'TIMESTAMP_MICROS') return instantOf(BigInt(value), 'MICROS');
  if (kind === 'TIME_MILLIS') return timeOf(BigInt(value), 'MILLIS');
  if (kind === 'TIME_MICROS') return timeOf(BigInt(value), 'MICROS');
  if (type === 'INT96') return instantOf(BigInt(value), 'NANOS');
  return plainOf(value, types);
}

/**
 * A value of a Parquet file as JSON, without loss: whole numbers that a number does not hold exactly, and decimals of
 * more than 15 digits, are texts; times are ISO 8601 in UTC with all their digits, dates YYYY-MM-DD, bytes that are no
 * text base64, NaN and the infinities their names.
 * @param types Those that the schema declares: a column of texts gets texts, with all digits of a decimal.
 */
export function jsonOf(tree: SchemaTree, value: unknown, types: readonly string[] = []): JsonValue {
  if (value === null || value === undefined) return null;
  const { children, element } = tree;
  if (element.logical_type?.type === 'VARIANT') return plainOf(value, types);
  const [inner] = children;
  if (inner === undefined)
    return Array.isArray(value) ? value.map((one) => leafOf(tree, one, [])) : leafOf(tree, value, types);
  if (Array.isArray(value)) {
    const isList = element.converted_type === 'LIST' || element.logical_type?.type === 'LIST';
    const item = isList ? (inner.children.length === 1 ? (inner.children[0] ?? inner) : inner) : null;
    return value.map((one) => (item === null ? structOf(children, one) : jsonOf(item, one)));
  }
  const held = inner.children[1];
  if (element.converted_type === 'MAP' && held !== undefined)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, jsonOf(held, one)]));
  return structOf(children, value);
}

const structOf = (children: readonly SchemaTree[], value: unknown): JsonValue =>
  value === null || value === undefined
    ? null
    : Object.fromEntries(
        children.map((child) => [
          child.element.name,
          jsonOf(child, (value as Record<string, unknown>)[child.element.name]),
        ]),
      );
