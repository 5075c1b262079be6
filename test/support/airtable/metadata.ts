import type { Asked } from '../apps/http.ts';
import { bodyOf } from './body.ts';
import { refusals } from './errors.ts';
import { type Base, computedTypes, fieldOf, type NewField, newField, newTable, type Table } from './model.ts';
import type { Json } from './records.ts';
import { demand, type Token } from './tokens.ts';

/** Types that a first field cannot have ("Create table", and Airtable's page on the primary field). */
const neverPrimary = ['checkbox', 'singleSelect', 'multipleSelects'];

/** Makes a field as the API allows it. @throws {Refusal} */
function made(asked: unknown, others: Table['fields']) {
  const wanted = asked as NewField;
  // "Field types and cell values": creating formula, rollup, autoNumber and the like is not supported.
  if (computedTypes.includes(wanted.type)) throw refusals.unsupportedType(wanted.type);
  return newField(wanted, others);
}

/** Answers a request below `/v0/meta/bases/<base>/tables`; there is no such thing for views. @throws {Refusal} */
export function tablesAnswer(
  base: Base,
  token: Token,
  asked: Asked,
  [tableId, what, fieldId]: readonly string[],
): Json {
  const { method } = asked;
  if (method === 'GET' && tableId === undefined) {
    demand(token, 'schema.bases:read');
    return { tables: base.tables.map(described) };
  }
  demand(token, 'schema.bases:write');
  const body = bodyOf(asked);
  if (tableId === undefined) {
    if (method !== 'POST') throw refusals.notFound();
    const { name, fields } = body;
    if (typeof name !== 'string' || !Array.isArray(fields) || fields.length === 0) throw refusals.invalid();
    if (base.tables.some((table) => table.name === name)) throw refusals.duplicateTable();
    if (neverPrimary.includes((fields[0] as NewField).type)) throw refusals.badFieldType();
    const table = newTable(name, [], base.journal);
    for (const field of fields) table.fields.push(made(field, table.fields));
    base.tables.push(table);
    return described(table);
  }
  const table = base.tables.find(({ id, name }) => id === tableId || name === tableId);
  if (table === undefined) throw refusals.modelNotFound();
  if (what === undefined && method === 'PATCH') {
    if (typeof body.name === 'string') table.name = body.name;
    return described(table);
  }
  if (what !== 'fields') throw refusals.notFound();
  if (fieldId === undefined && method === 'POST') {
    const field = made(body, table.fields);
    table.fields.push(field);
    base.journal.fieldCreated(table, field);
    return { ...field };
  }
  if (fieldId === undefined || method !== 'PATCH') throw refusals.notFound();
  const field = fieldOf(table, fieldId);
  // "Update field": name and description, nothing else.
  if (body.type !== undefined || body.options !== undefined) throw refusals.invalid();
  if (typeof body.name === 'string') {
    base.journal.fieldChanged(table, field.id, { name: body.name }, { name: field.name });
    field.name = body.name;
  }
  return { ...field };
}

const described = ({ id, name, fields }: Table): Json => ({
  id,
  name,
  primaryFieldId: fields[0]?.id,
  fields: fields.map((field) => ({ ...field })),
  views: [],
});
