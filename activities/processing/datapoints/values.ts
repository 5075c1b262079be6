import { unknownCurrency } from '../../../domain/datapoints.ts';
import type { JsonValue } from '../../../domain/json.ts';

/** A greater number measures nothing, and its square would leave what a number can hold. */
const greatest = 1e100;
const longestText = 200;
const halves = /\p{Surrogate}/gu;
const number = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** A finite number up to 1e100, also one that is written as text ("12.50"); null for anything else. */
export function numberOf(value: JsonValue | undefined): number | null {
  const read =
    typeof value === 'number' ? value : typeof value === 'string' && number.test(value) ? Number(value) : NaN;
  // Minus zero is zero.
  return Math.abs(read) <= greatest ? read + 0 : null;
}

/** A name or a kind: texts, numbers and truth values; null where there is none. A very long text is cut, and told apart. */
export function textOf(value: JsonValue | undefined): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string' || value.trim() === '') return null;
  // A text that is no Unicode would come back from the store as another one.
  const text = value.replace(halves, '\ufffd');
  return text.length <= longestText
    ? text
    : `${text.slice(0, longestText - 20).replace(halves, '')} #${hashOf(text).toString(16)}`;
}

const code = /^[A-Za-z]{3}$/;

/** ISO 4217 in capitals; `XXX` where a record does not tell it. */
export function currencyOf(text: string | null): string {
  const trimmed = text?.trim() ?? '';
  return code.test(trimmed) ? trimmed.toUpperCase() : unknownCurrency;
}

/** 53 bits of a text, never 0 (cyrb53). Of a million texts two have the same once in eighteen thousand times. */
export function hashOf(text: string): number {
  let one = 0xdeadbeef;
  let other = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    one = Math.imul(one ^ unit, 2_654_435_761);
    other = Math.imul(other ^ unit, 1_597_334_677);
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909);
  other = Math.imul(other ^ (other >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909);
  return (2_097_151 & other) * 4_294_967_296 + (one >>> 0) || 1;
}
