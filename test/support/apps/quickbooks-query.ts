import type { JsonObject } from '../../../domain/json.ts';

export type Entity = 'Customer' | 'Invoice' | 'Payment' | 'Account' | 'Item' | 'Bill';
export interface QuickBooksObject extends JsonObject {
  readonly Id: string;
  readonly MetaData: { readonly CreateTime: string; readonly LastUpdatedTime: string };
}

/** Names; the others are transactions, which are deleted and not made inactive. */
const named: readonly string[] = ['Customer', 'Account', 'Item'];
const maxResults = 1000;

/** Why a query is refused: the code and the words of a Fault. */
export interface QueryFault {
  readonly code: string;
  readonly message: string;
  readonly detail: string;
}

export interface QueryResult {
  readonly entity: Entity;
  readonly rows: readonly QuickBooksObject[];
  readonly startPosition: number;
}

const parseFault = (detail: string): QueryFault => ({ code: '4000', message: 'Error parsing query', detail });
const invalid = (detail: string): QueryFault => ({ code: '4001', message: 'Invalid query', detail });

type Test = (row: QuickBooksObject) => boolean;

function condition(text: string): Test | undefined {
  const active = /^Active\s+IN\s*\(\s*(true|false)\s*(?:,\s*(true|false)\s*)?\)$/i.exec(text);
  if (active) return (row) => active.slice(1).includes(String(row.Active ?? true));
  const changed = /^MetaData\.LastUpdatedTime\s*(>=|>|<=|<|=)\s*'([^']+)'$/i.exec(text);
  if (!changed) return undefined;
  const at = Date.parse(changed[2] ?? '');
  if (Number.isNaN(at)) return undefined;
  return ({ MetaData }) => {
    const time = Date.parse(MetaData.LastUpdatedTime);
    switch (changed[1]) {
      case '>=':
        return time >= at;
      case '>':
        return time > at;
      case '<=':
        return time <= at;
      case '<':
        return time < at;
      default:
        return time === at;
    }
  };
}

/**
 * Answers a query of the documented language, as far as we use it
 * (developer.intuit.com, "Query operations and syntax"): no OR, no wildcards but `*`, at most 1,000 rows an answer.
 */
export function query(
  text: string,
  objects: Readonly<Record<Entity, readonly QuickBooksObject[]>>,
): QueryResult | QueryFault {
  const parts =
    /^select\s+\*\s+from\s+(\w+)(?:\s+where\s+(.+?))?(?:\s+orderby\s+([\w.]+)(?:\s+(asc|desc))?)?(?:\s+startposition\s+(\S+))?(?:\s+maxresults\s+(\S+))?$/i.exec(
      text.trim(),
    );
  if (!parts) return parseFault(`QueryParserError: Encountered "${text.slice(0, 60)}"`);
  const [, from = '', where, orderBy, , start = '1', max = '100'] = parts;
  if (!Object.hasOwn(objects, from))
    return invalid(`QueryValidationError: Invalid context declaration: ${from}`);
  const entity = from as Entity;
  const startPosition = Number(start);
  const count = Number(max);
  if (!Number.isInteger(startPosition) || startPosition < 1)
    return invalid(`QueryValidationError: value ${start} for startposition is too small. Min allowed: 1`);
  if (!Number.isInteger(count) || count < 1 || count > maxResults)
    return invalid(
      `QueryValidationError: value ${max} for maxresults is not allowed. Max allowed: ${maxResults}`,
    );
  const tests: Test[] = [];
  for (const one of where?.split(/\s+and\s+/i) ?? []) {
    const test = condition(one);
    if (test === undefined) return invalid(`QueryValidationError: property or operator in "${one}"`);
    tests.push(test);
  }
  if (orderBy !== undefined && !/^(Id|MetaData\.LastUpdatedTime)$/i.test(orderBy))
    return invalid(`QueryValidationError: property ${orderBy} cannot be sorted by`);
  // Inactive names are left out unless they are asked for.
  if (named.includes(entity) && !/\bActive\b/i.test(where ?? '')) tests.push((row) => row.Active !== false);
  const found = objects[entity]
    .filter((row) => tests.every((test) => test(row)))
    .sort((a, b) =>
      orderBy !== undefined && /^MetaData/i.test(orderBy)
        ? Date.parse(a.MetaData.LastUpdatedTime) - Date.parse(b.MetaData.LastUpdatedTime)
        : Number(a.Id) - Number(b.Id),
    );
  return { entity, rows: found.slice(startPosition - 1, startPosition - 1 + count), startPosition };
}
