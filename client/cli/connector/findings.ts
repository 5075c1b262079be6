import { compileShape } from '../../../activities/structuring/shape.ts';
import type { ResourceDefinition } from '../../../connectors/definition.ts';
import { valueAt } from '../../../connectors/pointer.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';

/** Why rows do not fit: in words, how many, and the first of them (from 1). */
export interface Reason {
  readonly reason: string;
  readonly rows: number;
  readonly first: number;
}

/** What one page of a resource is worth. */
export interface Findings {
  readonly rows: number;
  readonly fits: number;
  readonly unfit: number;
  readonly reasons: readonly Reason[];
  /** What must be mended. */
  readonly faults: readonly string[];
  /** What may be better. */
  readonly hints: readonly string[];
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names of fields whose values are times of a change. */
function likelyCursors(rows: readonly JsonObject[]): string[] {
  const isTime = (value: JsonValue | undefined) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value);
  const [first = {}] = rows;
  const inside = Object.entries(first).flatMap(([name, value]) =>
    isObject(value) ? Object.keys(value).map((inner) => `/${name}/${inner}`) : [name],
  );
  return inside.filter(
    (field) =>
      /updat|modif|chang/i.test(field) &&
      rows.every((row) => isTime(valueAt(row, field.startsWith('/') ? field : `/${field}`))),
  );
}

function* hintsOf(
  resource: ResourceDefinition,
  rows: readonly JsonObject[],
  dated: boolean,
): Generator<string> {
  if (rows.length === 0) {
    yield 'the page has no rows: nothing could be judged';
    return;
  }
  if (dated || resource.incremental?.bookmark === true) {
    // It is read whole each time, or the source keeps its place: what changed since is no question.
  } else if (resource.cursor === undefined) {
    const likely = likelyCursors(rows);
    yield likely.length > 0
      ? `there is no cursor; ${likely.join(' or ')} looks like one`
      : 'there is no cursor: all rows are read each time';
  } else if (resource.incremental === undefined)
    yield 'there is no incremental: all rows are read each time, though there is a cursor';
  const properties = resource.schema === 'infer' ? undefined : resource.schema.properties;
  if (!isObject(properties)) return;
  const unnamed = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter(
    (name) => !Object.hasOwn(properties, name),
  );
  if (unnamed.length > 0)
    yield `the schema does not name ${unnamed.slice(0, 10).join(', ')}${unnamed.length > 10 ? ', ...' : ''}; they are stored all the same, unless fields.drop has them`;
}

/**
 * Judges one page as the structuring stage would: schema, key and cursor of each row.
 * @param dated Whether it is the report of one date.
 */
export function judgeRows(resource: ResourceDefinition, rows: readonly JsonValue[], dated = false): Findings {
  const shape = compileShape(resource);
  const reasons = new Map<string, Reason>();
  const keys = new Map<string, number>();
  let withoutCursor = 0;
  let fits = 0;
  for (const [at, raw] of rows.entries()) {
    const row = shape(raw);
    if (!row.fits) {
      const reason = `${row.reason}: ${row.message}`;
      const before = reasons.get(reason);
      reasons.set(reason, { reason, rows: (before?.rows ?? 0) + 1, first: before?.first ?? at + 1 });
      continue;
    }
    fits += 1;
    keys.set(row.key, (keys.get(row.key) ?? 0) + 1);
    if (resource.cursor !== undefined && row.cursor === null) withoutCursor += 1;
  }
  const [twice] = [...keys].filter(([, count]) => count > 1);
  return {
    rows: rows.length,
    fits,
    unfit: rows.length - fits,
    reasons: [...reasons.values()],
    faults: [
      ...(twice
        ? [
            `the key (${resource.key.join(', ')}) is not unique in the page: "${twice[0]}" has ${twice[1]} rows`,
          ]
        : []),
      ...(withoutCursor > 0
        ? [`the cursor ${resource.cursor} is missing or no plain value in ${withoutCursor} of ${fits} rows`]
        : []),
    ],
    hints: [...hintsOf(resource, rows.filter(isObject), dated)],
  };
}

/** JSON pointers of the lists in an answer, those of objects first. */
export function listPointers(body: JsonValue): string[] {
  const found: { pointer: string; objects: boolean }[] = [];
  const look = (value: JsonValue, pointer: string, depth: number): void => {
    if (Array.isArray(value)) found.push({ pointer, objects: value.some(isObject) });
    else if (isObject(value) && depth < 4)
      for (const [name, inner] of Object.entries(value))
        look(inner as JsonValue, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1);
  };
  look(body, '', 0);
  return found
    .sort((a, b) => Number(b.objects) - Number(a.objects))
    .slice(0, 5)
    .map(({ pointer }) => (pointer === '' ? '"" (the whole answer)' : pointer));
}
