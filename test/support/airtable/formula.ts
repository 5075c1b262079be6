import { refusals } from './errors.ts';
import { type Cell, fieldOf, type StoredRecord, type Table } from './model.ts';

type Value = Cell | undefined;
type Expression = (record: StoredRecord) => Value;

/** Fields, texts, numbers, names of functions, and signs. */
const token =
  /\s*(?:\{((?:\\.|[^}\\])*)\}|"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|([A-Z]+)(?=\()|([(),=]))/iy;
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
const unescaped = (text: string): string =>
  text.replace(/\\(.)/gs, (_, sign: string) => escapes[sign] ?? sign);

/**
 * The part of Airtable's formulas that programs filter by: OR, AND, NOT, TRUE, FALSE, and `=` between fields and values.
 * @throws {Refusal} 422 INVALID_FILTER_BY_FORMULA, UNKNOWN_FIELD_NAME
 */
export function filterOf(formula: string, table: Table): (record: StoredRecord) => boolean {
  const parts: (readonly [kind: string, text: string])[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < formula.trimEnd().length) {
    const found = token.exec(formula);
    if (found === null) throw refusals.badFormula();
    const [, field, double, single, number, name, sign] = found;
    if (field !== undefined) parts.push(['field', unescaped(field)]);
    else if (double !== undefined || single !== undefined)
      parts.push(['text', unescaped(double ?? single ?? '')]);
    else if (number !== undefined) parts.push(['number', number]);
    else if (name !== undefined) parts.push(['name', name.toUpperCase()]);
    else parts.push([sign ?? '', '']);
  }
  let at = 0;
  const eat = (kind: string): void => {
    if (parts[at++]?.[0] !== kind) throw refusals.badFormula();
  };

  const term = (): Expression => {
    const [kind, text] = parts[at++] ?? ['', ''];
    if (kind === 'text') return () => text;
    if (kind === 'number') return () => Number(text);
    if (kind === 'field') {
      const { id } = fieldOf(table, text);
      return (record) => record.cells.get(id);
    }
    if (kind !== 'name') throw refusals.badFormula();
    eat('(');
    const given: Expression[] = [];
    while (parts[at]?.[0] !== ')') {
      given.push(comparison());
      if (parts[at]?.[0] === ',') at++;
      else if (parts[at]?.[0] !== ')') throw refusals.badFormula();
    }
    eat(')');
    if (text === 'OR') return (record) => given.some((one) => Boolean(one(record)));
    if (text === 'AND') return (record) => given.every((one) => Boolean(one(record)));
    if (text === 'NOT') return (record) => !given[0]?.(record);
    if (text === 'TRUE' || text === 'FALSE') return () => text === 'TRUE';
    throw refusals.badFormula();
  };

  const comparison = (): Expression => {
    const left = term();
    if (parts[at]?.[0] !== '=') return left;
    at++;
    const right = term();
    return (record) => left(record) === right(record);
  };

  const whole = comparison();
  if (at !== parts.length) throw refusals.badFormula();
  return (record) => Boolean(whole(record));
}
