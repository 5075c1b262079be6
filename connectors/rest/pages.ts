import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { valueAt } from '../pointer.ts';
import type { RestResource } from '../rest-definition.ts';
import type { SourcePage } from '../source.ts';
import { type AnsweredPage, nextPlace, type SecretTest } from './next.ts';

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Some apps leave the list out when there are no rows: then the object that it belongs in is there, with nothing in
 * it but counts. Anything else in its place may be an error, or rows under another name.
 */
function isLeftOut(body: JsonValue, recordsPath: string): boolean {
  const parent = recordsPath.slice(0, recordsPath.lastIndexOf('/'));
  if (parent === '') return false;
  const holder = valueAt(body, parent);
  return isObject(holder) && Object.values(holder).every((value) => typeof value === 'number');
}

function rowsOf({ id, recordsPath }: RestResource, body: JsonValue): readonly JsonValue[] {
  const rows = valueAt(body, recordsPath);
  if (Array.isArray(rows)) return rows;
  if (rows === undefined && isLeftOut(body, recordsPath)) return [];
  throw new TributaryError(
    'SOURCE_BAD_ANSWER',
    `${id}: there is no list of rows at "${recordsPath}" in the answer.`,
  );
}

/**
 * Takes rows, total and the next place out of an answer.
 * @param isSecret Tells the parameters of an address that are credentials; no place holds them.
 * @throws TributaryError SOURCE_BAD_ANSWER when they are not where the definition says.
 */
export function readPage(
  resource: RestResource,
  answer: Omit<AnsweredPage, 'rows'>,
  isSecret: SecretTest,
): SourcePage {
  const rows = rowsOf(resource, answer.body);
  const said = resource.totalPath === undefined ? undefined : valueAt(answer.body, resource.totalPath);
  const total = typeof said === 'string' && /^\d+$/.test(said) ? Number(said) : said;
  return {
    rows,
    next: nextPlace(resource, { ...answer, rows }, isSecret),
    ...(typeof total === 'number' && Number.isSafeInteger(total) && total >= 0 ? { total } : {}),
  };
}
