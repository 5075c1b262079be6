import type { Asked } from '../apps/http.ts';
import { refusals } from './errors.ts';
import { type Base, type NewField, newField, newTable, type Table } from './model.ts';
import { createRecords, deleteRecords, isObject, type Json, list, updateRecords } from './records.ts';
import { demand, type Token } from './tokens.ts';

/** Answers one request that was let through. @throws {Refusal} */
export function answerOf(bases: ReadonlyMap<string, Base>, token: Token, asked: Asked): Json {
  const [version, first, ...rest] = asked.url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  if (version !== 'v0' || first === undefined) throw refusals.notFound();
  return first === 'meta'
    ? metadata(bases, token, asked, rest)
    : data(tableOf(baseOf(bases, token, first), rest[0]), token, asked, rest[1]);
}

/** The base that a path names, also of the metadata API. */
export const baseIn = (url: URL): string | undefined =>
  /\/(app[0-9A-Za-z]{14})(?:\/|$)/.exec(url.pathname)?.[1];

function baseOf(bases: ReadonlyMap<string, Base>, token: Token, id: string): Base {
  const base = bases.get(id);
  if (!/^app[0-9A-Za-z]{14}$/.test(id)) throw refusals.notFound();
  if (base === undefined || !token.bases.includes(id) || token.permission === 'none')
    throw refusals.modelNotFound();
  return base;
}

function tableOf(base: Base, nameOrId: string | undefined): Table {
  if (nameOrId === undefined) throw refusals.notFound();
  const found = base.tables.find(({ id, name }) => id === nameOrId || name === nameOrId);
  if (found === undefined) throw refusals.modelNotFound();
  return found;
}

function data(table: Table, token: Token, asked: Asked, part: string | undefined): Json {
  const { method, url } = asked;
  if (method === 'GET' && part === undefined) {
    demand(token, 'data.records:read');
    const { searchParams: query } = url;
    const fields = [...query.getAll('fields[]'), ...query.getAll('fields')];
    const { pageSize, maxRecords, ...others } = Object.fromEntries(query);
    return list(table, {
      ...others,
      ...(pageSize === undefined ? {} : { pageSize: Number(pageSize) }),
      ...(maxRecords === undefined ? {} : { maxRecords: Number(maxRecords) }),
      fields: fields.length === 0 ? undefined : fields,
    });
  }
  if (method === 'POST' && part === 'listRecords') {
    demand(token, 'data.records:read');
    return list(table, bodyOf(asked));
  }
  demand(token, 'data.records:write');
  if (method === 'POST' && part === undefined) return createRecords(table, bodyOf(asked));
  if (method === 'PATCH' && part === undefined) return updateRecords(table, bodyOf(asked));
  if (method === 'DELETE' && part === undefined)
    return deleteRecords(
      table,
      [...url.searchParams].filter(([name]) => /^records(\[\d*\])?$/.test(name)).map(([, id]) => id),
    );
  throw refusals.notFound();
}

function metadata(
  bases: ReadonlyMap<string, Base>,
  token: Token,
  asked: Asked,
  [what, baseId, part, tableId, fields]: readonly string[],
): Json {
  if (what !== 'bases') throw refusals.notFound();
  if (baseId === undefined) {
    demand(token, 'schema.bases:read');
    const reached = [...bases.values()].filter(({ id }) => token.bases.includes(id));
    return { bases: reached.map(({ id, name }) => ({ id, name, permissionLevel: token.permission })) };
  }
  const base = baseOf(bases, token, baseId);
  if (part !== 'tables') throw refusals.notFound();
  if (asked.method === 'GET') {
    demand(token, 'schema.bases:read');
    return { tables: base.tables.map(described) };
  }
  demand(token, 'schema.bases:write');
  const body = bodyOf(asked);
  if (tableId === undefined) {
    const { name, fields: wanted } = body;
    if (typeof name !== 'string' || !Array.isArray(wanted) || wanted.length === 0) throw refusals.invalid();
    if (base.tables.some((table) => table.name === name)) throw refusals.duplicateTable();
    const table = newTable(name, wanted as NewField[]);
    base.tables.push(table);
    return described(table);
  }
  if (fields !== 'fields') throw refusals.notFound();
  const table = tableOf(base, tableId);
  const field = newField(body as unknown as NewField, table.fields);
  table.fields.push(field);
  return { ...field };
}

const described = ({ id, name, fields }: Table): Json => ({
  id,
  name,
  primaryFieldId: fields[0]?.id,
  fields: fields.map((field) => ({ ...field })),
  views: [],
});

function bodyOf({ body, headers }: Asked): Json {
  if (!headers['content-type']?.startsWith('application/json')) throw refusals.unparsable();
  try {
    const parsed: unknown = JSON.parse(body);
    if (isObject(parsed)) return parsed;
  } catch {
    // Told below.
  }
  throw refusals.unparsable();
}
