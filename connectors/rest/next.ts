import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import { fieldAt, valueAt } from '../pointer.ts';
import type { Pagination, ResourceDefinition } from '../schema.ts';
import type { PageToken } from '../source.ts';
import { linkTarget } from './link.ts';
import { numberOf } from './template.ts';

/** One page as it was answered. */
export interface AnsweredPage {
  readonly body: JsonValue;
  readonly rows: readonly JsonValue[];
  readonly headers: Headers;
  /** What was asked. */
  readonly url: URL;
  /** Where the page starts. */
  readonly at: PageToken | undefined;
}

/** Whether a parameter of an address holds the credentials. */
export type SecretTest = (name: string, value: string) => boolean;

type Of<K extends Pagination['kind']> = Extract<Pagination, { readonly kind: K }>;

const bad = (resource: ResourceDefinition, message: string) =>
  new TributaryError('SOURCE_BAD_ANSWER', `${resource.id}: ${message}`);

const isNothing = (value: JsonValue | undefined): boolean =>
  value === undefined || value === null || value === '' || value === false;

/** What the answer says about another page; undefined where the definition names no such place. */
function saysMore(
  { morePath }: { readonly morePath?: string | undefined },
  body: JsonValue,
): boolean | undefined {
  if (morePath === undefined) return undefined;
  const more = valueAt(body, morePath);
  return !(isNothing(more) || more === 0 || (typeof more === 'string' && /^(false|no|0)$/i.test(more)));
}

function afterCursor(
  resource: ResourceDefinition,
  pagination: Of<'cursor'>,
  page: AnsweredPage,
): PageToken | null {
  const more = saysMore(pagination, page.body);
  if (more === false) return null;
  const { nextPath, nextField } = pagination;
  const last = page.rows.at(-1);
  const next =
    nextField === undefined ? valueAt(page.body, nextPath ?? '') : last && fieldAt(last, nextField);
  const place = nextField === undefined ? `at "${nextPath ?? ''}"` : `"${nextField}" of the last row`;
  if (isNothing(next)) {
    // To end here would lose the rows of the pages that follow.
    if (more || (nextField !== undefined && page.rows.length > 0))
      throw bad(resource, `another page follows, but the next cursor ${place} is missing.`);
    return null;
  }
  if (typeof next === 'string' || typeof next === 'number') return next;
  throw bad(resource, `the next cursor ${place} is neither text nor a number.`);
}

/**
 * Only an empty page ends the count unless the answer says it: an app may give fewer rows a page than asked for.
 */
function afterNumber(
  pagination: Of<'page'> | Of<'offset'>,
  { body, rows, at }: AnsweredPage,
): PageToken | null {
  if (!(saysMore(pagination, body) ?? rows.length > 0)) return null;
  return numberOf(at, pagination.first) + (pagination.kind === 'page' ? 1 : rows.length);
}

/**
 * The token of an address that the app named: path and query, since the origin is always the app's own. A secret in
 * the query is left out: what is stored of a read is no secret, and it is added again when the page is asked for.
 * @throws TributaryError SOURCE_BAD_ANSWER when the address is no address, or not at the app's own origin.
 */
function tokenOf(resource: ResourceDefinition, target: string, url: URL, isSecret: SecretTest): PageToken {
  if (!URL.canParse(target, url.href)) throw bad(resource, 'the address of the next page is no address.');
  const next = new URL(target, url);
  if (next.origin !== url.origin)
    throw bad(resource, `the next page is at ${next.origin}, not at ${url.origin}; we do not go there.`);
  for (const [name, value] of [...next.searchParams])
    if (isSecret(name, value)) next.searchParams.delete(name);
  return `${next.pathname}${next.search}`;
}

/**
 * Where the next page starts; null after the last one.
 * @param isSecret Tells the parameters of an address that are credentials.
 * @throws TributaryError SOURCE_BAD_ANSWER when the answer does not say it as the definition does.
 */
export function nextPlace(
  resource: ResourceDefinition,
  page: AnsweredPage,
  isSecret: SecretTest,
): PageToken | null {
  const { pagination } = resource;
  switch (pagination.kind) {
    case 'none':
      return null;
    case 'cursor':
      return afterCursor(resource, pagination, page);
    case 'page':
    case 'offset':
      return afterNumber(pagination, page);
    case 'nextUrl': {
      const target = valueAt(page.body, pagination.path);
      if (isNothing(target)) return null;
      if (typeof target !== 'string')
        throw bad(resource, `the address of the next page at "${pagination.path}" is no text.`);
      return tokenOf(resource, target, page.url, isSecret);
    }
    case 'link': {
      const target = linkTarget(page.headers.get('link'), pagination.rel);
      return target === undefined ? null : tokenOf(resource, target, page.url, isSecret);
    }
  }
}
