import { createHash } from 'node:crypto';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import { valueAt } from '../pointer.ts';
import type { ResourceDefinition } from '../schema.ts';
import type { PageToken, SourcePage } from '../source.ts';

/** The address of one page. */
export function pageUrl(
  resource: ResourceDefinition,
  baseUrl: string,
  since: string | undefined,
  at: PageToken | undefined,
): URL {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}${resource.path}`);
  for (const [name, value] of Object.entries(resource.params)) url.searchParams.set(name, String(value));
  const { pagination, incremental } = resource;
  if (incremental && since !== undefined) url.searchParams.set(incremental.param, since);
  if (pagination.kind === 'none') return url;
  if (pagination.sizeParam && pagination.size !== undefined)
    url.searchParams.set(pagination.sizeParam, String(pagination.size));
  const place = at ?? (pagination.kind === 'page' ? pagination.first : undefined);
  if (place !== undefined && place !== null && 'param' in pagination && pagination.param)
    url.searchParams.set(pagination.param, String(place));
  return url;
}

/**
 * Takes rows, total and the next place out of an answer.
 * @throws TributaryError SOURCE_BAD_ANSWER when they are not where the definition says.
 */
export function readPage(
  resource: ResourceDefinition,
  body: JsonValue,
  at: PageToken | undefined,
): SourcePage {
  const rows = valueAt(body, resource.recordsPath);
  if (!Array.isArray(rows))
    throw new TributaryError(
      'SOURCE_BAD_ANSWER',
      `${resource.id}: there is no list of rows at "${resource.recordsPath}" in the answer.`,
    );
  const total = resource.totalPath === undefined ? undefined : valueAt(body, resource.totalPath);
  return {
    rows,
    next: nextPlace(resource, body, rows.length, at),
    ...(typeof total === 'number' && Number.isSafeInteger(total) && total >= 0 ? { total } : {}),
  };
}

function nextPlace(
  resource: ResourceDefinition,
  body: JsonValue,
  rows: number,
  at: PageToken | undefined,
): PageToken | null {
  const { pagination } = resource;
  if (pagination.kind === 'none') return null;
  // Only an empty page ends the count: an app may give fewer rows a page than it was asked for.
  if (pagination.kind === 'page') return rows === 0 ? null : Number(at ?? pagination.first) + 1;
  const nextPath = 'nextPath' in pagination ? (pagination.nextPath ?? '') : '';
  const next = valueAt(body, nextPath);
  if (next === undefined || next === null || next === '' || next === false) return null;
  if (typeof next === 'string' || typeof next === 'number') return next;
  throw new TributaryError(
    'SOURCE_BAD_ANSWER',
    `${resource.id}: the next cursor at "${nextPath}" is neither text nor a number.`,
  );
}

/**
 * Notices pages that would never end.
 * @param from Where the read goes on; the app must not send it back there.
 * @returns A function to be told every page.
 */
export function createLoopGuard(
  resource: ResourceDefinition,
  from: PageToken | undefined,
): (page: SourcePage, body: JsonValue) => void {
  const seen = new Set<string>(from === undefined ? [] : [String(from)]);
  let lastBody: string | undefined;
  return ({ rows, next }, body) => {
    if (next === null) return;
    if (resource.pagination.kind === 'page') {
      const digest = createHash('sha256').update(JSON.stringify(body)).digest('base64');
      if (digest === lastBody && rows.length > 0)
        throw new TributaryError(
          'SOURCE_CURSOR_REPEATED',
          `${resource.id}: the app gave the same page twice in a row.`,
        );
      lastBody = digest;
      return;
    }
    const place = String(next);
    if (seen.has(place))
      throw new TributaryError('SOURCE_CURSOR_REPEATED', `${resource.id}: the same page cursor came twice.`);
    seen.add(place);
  };
}
