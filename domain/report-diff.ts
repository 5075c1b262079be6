import type { JsonObject, JsonValue } from './json.ts';

/** A row with its key. */
export interface KeyedRow {
  readonly key: string;
  readonly data: JsonObject;
}

/** The fields in which two versions of a row differ; a field that one has not is missing there. */
export interface RowChange {
  readonly before: Readonly<Record<string, JsonValue>>;
  readonly after: Readonly<Record<string, JsonValue>>;
}

/** What a repeat did to the rows of a report, row by row. */
export interface RowDiff {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  readonly diff: {
    readonly added: readonly string[];
    readonly changed: readonly ({ readonly key: string } & RowChange)[];
    readonly removed: readonly string[];
    /** Rows that differ and are not listed. */
    readonly leftOut: number;
  };
}

/** Rows that a diff lists; the others are counted. */
export const mostListed = 1_000;

/** Text of a value that does not depend on the order of the fields of objects in it. */
function textOf(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value as JsonObject).filter(([, inner]) => inner !== undefined);
  return `{${fields
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => `${JSON.stringify(name)}:${textOf(inner as JsonValue)}`)
    .join(',')}}`;
}

/** In which fields two versions of a row differ; null: in none. */
export function rowChange(before: JsonObject, after: JsonObject): RowChange | null {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const value = (row: JsonObject, name: string) => (Object.hasOwn(row, name) ? row[name] : undefined);
  const text = (row: JsonObject, name: string) => {
    const found = value(row, name);
    return found === undefined ? null : textOf(found);
  };
  const differ = names.filter((name) => text(before, name) !== text(after, name));
  if (differ.length === 0) return null;
  const only = (row: JsonObject) =>
    Object.fromEntries(
      differ.flatMap((name) => {
        const found = value(row, name);
        return found === undefined ? [] : [[name, found] as const];
      }),
    );
  return { before: only(before), after: only(after) };
}

/** Collects a diff page by page: the new rows with what they were, then the keys that are gone. */
export function createRowDiff(listed = mostListed) {
  const counts = { added: 0, changed: 0, removed: 0, unchanged: 0 };
  const added: string[] = [];
  const changed: ({ readonly key: string } & RowChange)[] = [];
  const removed: string[] = [];
  let leftOut = 0;
  const note = <T>(list: T[], item: T): void => {
    if (added.length + changed.length + removed.length < listed) list.push(item);
    else leftOut += 1;
  };
  return {
    /** @param was The row before; undefined: there was none. */
    row({ key, data }: KeyedRow, was: JsonObject | undefined): void {
      const change = was === undefined ? null : rowChange(was, data);
      if (was === undefined) {
        counts.added += 1;
        note(added, key);
      } else if (change === null) counts.unchanged += 1;
      else {
        counts.changed += 1;
        note(changed, { key, ...change });
      }
    },
    gone(key: string): void {
      counts.removed += 1;
      note(removed, key);
    },
    get result(): RowDiff {
      return { ...counts, diff: { added, changed, removed, leftOut } };
    },
  };
}

/** Share of the earlier rows that differ now, 0 to 1. */
export const restatedShare = ({
  added,
  changed,
  removed,
  unchanged,
}: Pick<RowDiff, 'added' | 'changed' | 'removed' | 'unchanged'>): number =>
  Math.min(1, (added + changed + removed) / Math.max(1, changed + removed + unchanged));
