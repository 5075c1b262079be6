import { TributaryError } from '../../domain/errors.ts';
import { type AppAddress, fillParameters } from '../app.ts';
import type { ConnectorDefinition, ResourceDefinition } from '../schema.ts';
import type { PageToken } from '../source.ts';
import { askedSince, askedUntil } from './since.ts';

/** What stands for the placeholders of a parameter's value; undefined where this request has no such thing. */
export interface PageValues {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly offset?: number | undefined;
  readonly page?: number | undefined;
  readonly size?: number | undefined;
  readonly cursor?: string | number | undefined;
}

/**
 * Fills the placeholders of a parameter's value; nothing is encoded here.
 * @returns null when one of them has no value in this request: the parameter is left out then.
 * @throws TributaryError INVALID_INPUT for a parameter that the connection does not have.
 */
export function fillValue(
  template: string,
  values: PageValues,
  app: Pick<AppAddress, 'parameters'>,
): string | null {
  let missing = false;
  // One pass over the definition's own text: what a value brings along is never taken for a placeholder.
  const filled = template.replace(
    /\{(?:connection\.[\w-]+|since|until|offset|page|size|cursor)\}/g,
    (placeholder) => {
      if (placeholder.startsWith('{connection.')) return fillParameters(placeholder, app, String);
      const value = values[placeholder.slice(1, -1) as keyof PageValues];
      missing ||= value === undefined;
      return String(value);
    },
  );
  return missing ? null : filled;
}

/**
 * The address of a path below the app's base address.
 * @param path May hold `{connection.<parameter>}`, and a query.
 */
export function addressOf(baseUrl: string, path: string, app: Pick<AppAddress, 'parameters'>): URL {
  return new URL(`${baseUrl.replace(/\/+$/, '')}${fillParameters(path, app)}`);
}

/**
 * The headers that the definition sends with every request.
 * @throws TributaryError INVALID_INPUT when a parameter of the connection cannot stand in a header.
 */
export function fillHeaders(
  { headers }: Pick<ConnectorDefinition, 'headers'>,
  app: Pick<AppAddress, 'parameters'>,
): Record<string, string> {
  const filled = Object.entries(headers).map(([name, template]): [string, string] => {
    const value = fillParameters(template, app, String);
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw new TributaryError(
        'INVALID_INPUT',
        `The value of the header ${name} has characters that it cannot have.`,
      );
    return [name.toLowerCase(), value];
  });
  return Object.fromEntries(filled);
}

/** What a read asks for, the same on each of its pages. */
export interface Wanted {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Where a page by number or offset starts; from the first one on when the token is of another pagination. */
export function numberOf(at: PageToken | undefined, first: number): number {
  return typeof at === 'number' && Number.isSafeInteger(at) && at >= 0 ? at : first;
}

function pageValues({ pagination }: ResourceDefinition, at: PageToken | undefined): PageValues {
  if (pagination.kind === 'none') return {};
  const { size } = pagination;
  if (pagination.kind === 'page') return { size, page: numberOf(at, pagination.first) };
  if (pagination.kind === 'offset') return { size, offset: numberOf(at, pagination.first) };
  if (pagination.kind === 'cursor' && (typeof at === 'string' || typeof at === 'number'))
    return { size, cursor: at };
  return { size };
}

/**
 * The address of one page.
 * @param at Where the page starts; undefined for the first one.
 */
export function pageAddress(
  resource: ResourceDefinition,
  baseUrl: string,
  app: Pick<AppAddress, 'parameters'>,
  wanted: Wanted,
  at: PageToken | undefined,
): URL {
  const { pagination, incremental } = resource;
  const url = addressOf(baseUrl, resource.path, app);
  if ((pagination.kind === 'nextUrl' || pagination.kind === 'link') && typeof at === 'string') {
    // The token is a path: whatever the app said, the request stays at its own address.
    return new URL(`${url.origin}${at.startsWith('/') ? at : `/${at}`}`);
  }
  const since = wanted.since === undefined ? undefined : askedSince(resource, wanted.since);
  const until = wanted.until === undefined ? undefined : askedUntil(resource, wanted.until);
  const values: PageValues = { since, until, ...pageValues(resource, at) };
  const set = (name: string, template: string) => {
    const value = fillValue(template, values, app);
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  };
  for (const [name, value] of Object.entries(resource.params)) set(name, String(value));
  if (incremental && since !== undefined) set(incremental.param, incremental.value);
  if (incremental?.untilParam !== undefined && until !== undefined)
    set(incremental.untilParam, incremental.untilValue);
  if (pagination.kind === 'none') return url;
  if (pagination.sizeParam && pagination.size !== undefined)
    url.searchParams.set(pagination.sizeParam, String(pagination.size));
  const place = values.cursor ?? values.page ?? values.offset;
  if ('param' in pagination && pagination.param !== undefined && place !== undefined)
    url.searchParams.set(pagination.param, String(place));
  return url;
}
