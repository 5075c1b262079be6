import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import { type AppAddress, addressPart, fillParameters } from '../app.ts';
import type { RestResource } from '../rest-definition.ts';
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
  /** Dated reports: begin and end of the day as the app takes them. */
  readonly date?: string | number | undefined;
  readonly end?: string | number | undefined;
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
    /\{(?:connection\.[\w-]+|since|until|offset|page|size|cursor|date|end)\}/g,
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
 * Fills the placeholders in the texts of a body. A text that is nothing but one placeholder becomes its value, so that
 * a number stays one.
 * @throws TributaryError INVALID_INPUT for a parameter that the connection does not have.
 */
export function fillBody(
  template: JsonValue,
  values: Pick<PageValues, 'date' | 'end'>,
  app: Pick<AppAddress, 'parameters'>,
): JsonValue {
  if (template === '{date}') return values.date ?? null;
  if (template === '{end}') return values.end ?? null;
  if (typeof template === 'string') return fillValue(template, values, app);
  if (Array.isArray(template)) return template.map((one: JsonValue) => fillBody(one, values, app));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([name, one]) => [name, fillBody(one as JsonValue, values, app)]),
  );
}

/** What stands for the placeholders of a path, beside the connection's parameters. */
export interface PathValues extends Pick<PageValues, 'date' | 'end'> {
  /** What the app calls a report that it makes in its own time. */
  readonly reportId?: string | undefined;
}

/**
 * The address of a path below the app's base address.
 * @param path May hold `{connection.<parameter>}`, and a query.
 * @throws TributaryError INVALID_INPUT for a value that would climb out of its place.
 */
export function addressOf(
  baseUrl: string,
  path: string,
  app: Pick<AppAddress, 'parameters'>,
  values: PathValues = {},
): URL {
  const filled = path.replace(/\{(connection\.[\w-]+|date|end|reportId)\}/g, (placeholder, name: string) => {
    if (name.startsWith('connection.')) return fillParameters(placeholder, app);
    const value = values[name as keyof PathValues];
    return value === undefined ? placeholder : addressPart(String(value));
  });
  return new URL(`${baseUrl.replace(/\/+$/, '')}${filled}`);
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
export interface Wanted extends PathValues {
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
  resource: RestResource,
  baseUrl: string,
  app: Pick<AppAddress, 'parameters'>,
  wanted: Wanted,
  at: PageToken | undefined,
): URL {
  const { pagination, incremental } = resource;
  const url = addressOf(baseUrl, resource.path, app, wanted);
  if ((pagination.kind === 'nextUrl' || pagination.kind === 'link') && typeof at === 'string') {
    // The token is a path: whatever the app said, the request stays at its own address.
    return new URL(`${url.origin}${at.startsWith('/') ? at : `/${at}`}`);
  }
  const since = wanted.since === undefined ? undefined : askedSince(resource, wanted.since);
  const until = wanted.until === undefined ? undefined : askedUntil(resource, wanted.until);
  const { date, end } = wanted;
  const values: PageValues = { since, until, date, end, ...pageValues(resource, at) };
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
