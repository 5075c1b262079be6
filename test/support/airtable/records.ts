import { cellOf, makeChoice } from './cells.ts';
import { refusals } from './errors.ts';
import { filterOf } from './formula.ts';
import { type Cell, type Field, fieldOf, newId, type StoredRecord, type Table } from './model.ts';

export type Json = Readonly<Record<string, unknown>>;

const mostWritten = 10;
const mostListed = 100;
const mergeable = [
  'singleLineText',
  'multilineText',
  'number',
  'singleSelect',
  'multipleSelects',
  'date',
  'email',
  'url',
  'phoneNumber',
];

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A record as it is answered: empty cells are left out. */
export function shown(
  table: Table,
  record: StoredRecord,
  { only, byId = false }: { readonly only?: readonly string[] | undefined; readonly byId?: boolean } = {},
): Json {
  const wanted = only?.map((name) => fieldOf(table, name).id);
  const entries = table.fields.flatMap(({ id, name }): [string, Cell][] => {
    const cell = record.cells.get(id);
    return cell === undefined || (wanted !== undefined && !wanted.includes(id))
      ? []
      : [[byId ? id : name, cell]];
  });
  return { id: record.id, createdTime: record.createdTime, fields: Object.fromEntries(entries) };
}

/** List records: filtered, a page of at most 100, the next one by `offset`. */
export function list(table: Table, asked: Json): Json {
  const byId = asked.returnFieldsByFieldId === true;
  const { filterByFormula, pageSize = mostListed, maxRecords = Number.POSITIVE_INFINITY, fields } = asked;
  if (typeof pageSize !== 'number' || pageSize < 1 || pageSize > mostListed) throw refusals.invalid();
  const filter = typeof filterByFormula === 'string' ? filterOf(filterByFormula, table) : () => true;
  const found = table.records.filter(filter).slice(0, maxRecords as number);
  const { offset } = asked;
  const [, iteration, first] = /^itr(\d+)\/(\w+)$/.exec(String(offset)) ?? [];
  if (iteration !== undefined && Number(iteration) !== table.iteration) throw refusals.iterationGone();
  const start = offset === undefined ? 0 : found.findIndex(({ id }) => id === first);
  if (start < 0) throw refusals.badOffset(String(offset));
  const next = found[start + pageSize];
  const only = Array.isArray(fields) ? fields.map(String) : undefined;
  return {
    records: found.slice(start, start + pageSize).map((record) => shown(table, record, { only, byId })),
    ...(next === undefined ? {} : { offset: `itr${table.iteration}/${next.id}` }),
  };
}

/** What is written to a record; nothing of a request is stored before all of it was found right. */
interface Write {
  readonly id: string | undefined;
  readonly cells: readonly (readonly [Field, Cell])[];
}

/** What somebody may who writes. */
export interface Rights {
  /** Options of selects may be made: "create" is needed for what changes a field. */
  readonly options: boolean;
  /** Records that the base still takes. */
  readonly room: number;
}
const allRights: Rights = { options: true, room: Number.POSITIVE_INFINITY };

function writesOf(table: Table, body: unknown, { options }: Rights): { writes: Write[]; body: Json } {
  if (!isObject(body)) throw refusals.unparsable();
  const { records } = body;
  if (records === undefined && !isObject(body.fields)) throw refusals.missingFields();
  const given = records === undefined ? [body] : records;
  if (!Array.isArray(given) || given.length === 0 || given.length > mostWritten) throw refusals.tooMany();
  const typecast = body.typecast === true;
  const writes = given.map((record: unknown): Write => {
    if (!isObject(record) || !isObject(record.fields)) throw refusals.missingFields();
    const cells = Object.entries(record.fields).map(([name, value]) => {
      const field = fieldOf(table, name);
      if (typecast && options) makeChoice(field, value);
      return [field, cellOf(field, value, typecast)] as const;
    });
    return { id: typeof record.id === 'string' ? record.id : undefined, cells };
  });
  return { writes, body };
}

function store(table: Table, record: StoredRecord, { cells }: Write): void {
  table.journal.changed(table, record, new Map(record.cells));
  for (const [{ id }, cell] of cells)
    if (cell === null) record.cells.delete(id);
    else record.cells.set(id, cell);
}

/** An empty one. */
export function createRecord(table: Table): StoredRecord {
  const record = { id: newId('rec'), createdTime: new Date().toISOString(), cells: new Map() };
  table.records.push(record);
  table.journal.created(table, record);
  return record;
}

function create(table: Table, write: Write): StoredRecord {
  const record = createRecord(table);
  store(table, record, write);
  return record;
}

export function createRecords(table: Table, asked: unknown, rights: Rights = allRights): Json {
  const { writes, body } = writesOf(table, asked, rights);
  if (writes.length > rights.room) throw refusals.baseFull();
  const byId = body.returnFieldsByFieldId === true;
  const records = writes.map((write) => shown(table, create(table, write), { byId }));
  return body.records === undefined ? (records[0] as Json) : { records };
}

/** Update by id, or with `performUpsert` by the fields to merge on. */
export function updateRecords(table: Table, asked: unknown, rights: Rights = allRights): Json {
  const { writes, body } = writesOf(table, asked, rights);
  const upsert = body.performUpsert;
  const keys = isObject(upsert) ? keyFields(table, upsert.fieldsToMergeOn) : undefined;
  const found = writes.map((write) => {
    if (write.id !== undefined) return byId(table, write.id);
    if (keys === undefined) throw refusals.tooMany();
    const same = table.records.filter((record) =>
      keys.every((key) => (record.cells.get(key.id) ?? null) === keyOf(write, key)),
    );
    if (same.length > 1) throw refusals.severalMatches();
    return same[0];
  });
  if (found.filter((record) => record === undefined).length > rights.room) throw refusals.baseFull();
  const created: string[] = [];
  const updated: string[] = [];
  const records = writes.map((write, index) => {
    const known = found[index];
    if (known !== undefined) store(table, known, write);
    const record = known ?? create(table, write);
    (known === undefined ? created : updated).push(record.id);
    return shown(table, record, { byId: body.returnFieldsByFieldId === true });
  });
  return keys === undefined ? { records } : { records, updatedRecords: updated, createdRecords: created };
}

function keyFields(table: Table, names: unknown): Field[] {
  if (!Array.isArray(names) || names.length < 1 || names.length > 3) throw refusals.invalid();
  return names.map((name: unknown) => {
    const field = fieldOf(table, String(name));
    if (!mergeable.includes(field.type)) throw refusals.invalid();
    return field;
  });
}

function keyOf({ cells }: Write, key: Field): Cell {
  const given = cells.find(([field]) => field === key);
  if (given === undefined) throw refusals.invalid();
  return given[1];
}

function byId(table: Table, id: string): StoredRecord {
  const found = table.records.find((record) => record.id === id);
  if (found === undefined) throw refusals.noSuchRecord(id);
  return found;
}

export function deleteRecords(table: Table, ids: readonly string[]): Json {
  if (ids.length === 0 || ids.length > mostWritten) throw refusals.tooMany();
  const gone = new Set(ids.map((id) => byId(table, id)));
  for (const id of ids) table.journal.destroyed(table, id);
  table.records = table.records.filter((record) => !gone.has(record));
  return { records: ids.map((id) => ({ id, deleted: true })) };
}
