import { refusals } from './errors.ts';
import { type Cell, computedTypes, type Field, newId } from './model.ts';

/** "Field types and cell values": a text has at most so many characters. */
const longestText = 100_000;
const texts = ['singleLineText', 'multilineText', 'richText', 'email', 'url', 'phoneNumber'];
const numbers = ['number', 'currency', 'percent'];
const isoDate = /^\d{4}-\d{2}-\d{2}$/;
const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * What a cell holds after this value was written; null empties it.
 * @throws {Refusal} 422 as Airtable answers for a value that the field does not take
 */
export function cellOf(field: Field, value: unknown, typecast: boolean): Cell {
  if (computedTypes.includes(field.type)) throw refusals.computed(field.name);
  if (value === null || value === '') return null;
  const cell = typecast ? (typed(field, value) ?? cast(field, value)) : typed(field, value);
  if (cell === undefined) throw refusals.badValue(field.name);
  return cell === false ? null : cell;
}

function typed(field: Field, value: unknown): Cell | undefined {
  const { type } = field;
  if (texts.includes(type))
    return typeof value === 'string' && value.length <= longestText ? value : undefined;
  if (numbers.includes(type)) return typeof value === 'number' ? value : undefined;
  if (type === 'checkbox') return typeof value === 'boolean' ? value : undefined;
  if (typeof value !== 'string') return undefined;
  if (type === 'date')
    return (isoDate.test(value) || isoTime.test(value)) && !Number.isNaN(Date.parse(value))
      ? value.slice(0, 10)
      : undefined;
  if (type === 'dateTime')
    return (isoDate.test(value) || isoTime.test(value)) && !Number.isNaN(Date.parse(value))
      ? new Date(value).toISOString()
      : undefined;
  if (type !== 'singleSelect') return undefined;
  if (!field.options?.choices?.some(({ name }) => name === value)) throw refusals.badChoice(value);
  return value;
}

function cast(field: Field, value: unknown): Cell | undefined {
  if (texts.includes(field.type))
    return typeof value === 'object' || typeof value === 'string' ? undefined : String(value);
  if (numbers.includes(field.type)) {
    const number = Number(value);
    return Number.isNaN(number) ? null : number;
  }
  if (field.type === 'checkbox') return value === 1 || value === 'true' || value === 'checked';
  if (field.type !== 'date' && field.type !== 'dateTime') return undefined;
  const time = Date.parse(String(value));
  if (Number.isNaN(time)) return null;
  return field.type === 'date' ? new Date(time).toISOString().slice(0, 10) : new Date(time).toISOString();
}

/** With typecast a choice that is not there is made. */
export function makeChoice(field: Field, value: unknown): void {
  const choices = field.options?.choices;
  if (field.type === 'singleSelect' && typeof value === 'string' && choices !== undefined)
    if (!choices.some(({ name }) => name === value)) choices.push({ id: newId('sel'), name: value });
}
