import type { Asked } from '../apps/http.ts';
import { bodyOf } from './body.ts';
import { refusals } from './errors.ts';
import { tablesAnswer } from './metadata.ts';
import type { Base, Table } from './model.ts';
import { createRecords, deleteRecords, type Json, list, type Rights, updateRecords } from './records.ts';
import { demand, type Token } from './tokens.ts';

/** Answers one request that was let through. @throws {Refusal} */
export function answerOf(bases: ReadonlyMap<string, Base>, token: Token, asked: Asked): Json {
  const [version, first, ...rest] = asked.url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  if (version !== 'v0' || first === undefined) throw refusals.notFound();
  if (first === 'meta') return metadata(bases, token, asked, rest);
  // "Webhooks overview": they are below /v0/bases/, not below /v0/<base>/.
  if (first === 'bases') {
    const [id = '', part, ...more] = rest;
    if (part !== 'webhooks') throw refusals.notFound();
    return baseOf(bases, token, id).webhooks.answer(token, asked, more);
  }
  const base = baseOf(bases, token, first);
  return data(tableOf(base, rest[0]), token, asked, rest[1], rightsOf(base, token));
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

const rightsOf = ({ tables, mostRecords }: Base, { permission }: Token): Rights => ({
  options: permission === 'create',
  room: Math.max(0, mostRecords - tables.reduce((sum, { records }) => sum + records.length, 0)),
});

function data(table: Table, token: Token, asked: Asked, part: string | undefined, rights: Rights): Json {
  const { method, url } = asked;
  if (method === 'GET' && part === undefined) {
    demand(token, 'data.records:read');
    const { searchParams: query } = url;
    const fields = [...query.getAll('fields[]'), ...query.getAll('fields')];
    const { pageSize, maxRecords, ...others } = Object.fromEntries(query);
    return list(table, {
      ...others,
      returnFieldsByFieldId: query.get('returnFieldsByFieldId') === 'true',
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
  if (method === 'POST' && part === undefined) return createRecords(table, bodyOf(asked), rights);
  if (method === 'PATCH' && part === undefined) return updateRecords(table, bodyOf(asked), rights);
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
  [what, baseId, part, ...rest]: readonly string[],
): Json {
  if (what !== 'bases') throw refusals.notFound();
  if (baseId === undefined) {
    demand(token, 'schema.bases:read');
    const reached = [...bases.values()].filter(({ id }) => token.bases.includes(id));
    return { bases: reached.map(({ id, name }) => ({ id, name, permissionLevel: token.permission })) };
  }
  const base = baseOf(bases, token, baseId);
  if (part !== 'tables') throw refusals.notFound();
  return tablesAnswer(base, token, asked, rest);
}
