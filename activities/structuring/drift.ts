import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { Drift, FieldStat, FieldsSeen, LearnedSchemaDoc } from '../../stores/model.ts';

/** Objects whose names are data (ids as names) would otherwise fill the store with fields. */
const mostFields = 1_000;

const types = ['null', 'boolean', 'integer', 'number', 'string', 'object', 'array'] as const;
const bitOf = Object.fromEntries(types.map((type, at) => [type, 1 << at])) as Record<
  (typeof types)[number],
  number
>;

function typeBit(value: JsonValue): number {
  if (value === null) return bitOf.null;
  if (typeof value === 'string') return bitOf.string;
  if (typeof value === 'number') return Number.isInteger(value) ? bitOf.integer : bitOf.number;
  if (typeof value === 'boolean') return bitOf.boolean;
  return Array.isArray(value) ? bitOf.array : bitOf.object;
}

const bitsOf = (names: readonly string[]): number =>
  names.reduce((bits, name) => bits | (bitOf[name as (typeof types)[number]] ?? 0), 0);
const typesIn = (bits: number): string[] => types.filter((type) => (bits & bitOf[type]) !== 0);

/** Looks at rows: which fields they have, and of which types. `before` is what was seen already. */
export function createObserver(before: FieldsSeen = { rows: 0, stats: [] }) {
  const stats = new Map(before.stats.map(({ name, types, rows }) => [name, { bits: bitsOf(types), rows }]));
  let rows = before.rows;
  return {
    add(row: JsonObject): void {
      rows += 1;
      for (const name in row) {
        const bit = typeBit(row[name] ?? null);
        const stat = stats.get(name);
        if (stat !== undefined) {
          stat.bits |= bit;
          stat.rows += 1;
        } else if (stats.size < mostFields) stats.set(name, { bits: bit, rows: 1 });
      }
    },
    seen: (): FieldsSeen => ({
      rows,
      stats: [...stats].map(
        ([name, stat]): FieldStat => ({ name, types: typesIn(stat.bits), rows: stat.rows }),
      ),
    }),
  };
}

export type Observer = ReturnType<typeof createObserver>;

export const noDrift: Drift = { class: 'none', added: [], removed: [], retyped: [] };

type Known = Pick<LearnedSchemaDoc, 'fields'> | null;

/** What is not judged: fields that are declared, and those that our own settings change. */
export interface DriftContext {
  /** Names that the definition's JSON Schema has: a first value of theirs is nothing new. */
  readonly declared: ReadonlySet<string>;
  readonly isDropped: (name: string) => boolean;
  readonly hashed: ReadonlySet<string>;
}

/**
 * Compares the fields of a session's rows with those of the sessions before. Null is no type of its own, a whole
 * number is a number. Without rows, or without sessions before, nothing can differ.
 */
export function driftOf(known: Known, seen: FieldsSeen, context: DriftContext): Drift {
  if (known === null || seen.rows === 0) return noDrift;
  const before = new Map(known.fields.map((field) => [field.name, field]));
  const now = new Map(seen.stats.map((stat) => [stat.name, stat]));
  const added = seen.stats
    .filter(({ name }) => !before.has(name) && !context.declared.has(name))
    .map(({ name }) => name);
  const removed = known.fields
    .filter(({ name, required }) => required && !now.has(name) && !context.isDropped(name))
    .map(({ name }) => name);
  const retyped = seen.stats
    .filter(({ name, types }) => {
      const earlier = before.get(name);
      return earlier !== undefined && !context.hashed.has(name) && isOtherType(earlier.types, types);
    })
    .map(({ name }) => name);
  const breaking = removed.length > 0 || retyped.length > 0;
  return { class: breaking ? 'breaking' : added.length > 0 ? 'additive' : 'none', added, removed, retyped };
}

function isOtherType(before: readonly string[], now: readonly string[]): boolean {
  const taken = bitsOf(before) & ~bitOf.null;
  if (taken === 0) return false;
  const wider = (taken & bitOf.number) === 0 ? taken : taken | bitOf.integer;
  return (bitsOf(now) & ~bitOf.null & ~wider) !== 0;
}

/** The fields that are known after a session. `takeNew`: those that it brought are among them from now on. */
export function learn(known: Known, seen: FieldsSeen, takeNew: boolean): LearnedSchemaDoc['fields'] {
  const now = new Map(seen.stats.map((stat) => [stat.name, stat]));
  const before = known?.fields ?? [];
  const names = new Set(before.map(({ name }) => name));
  const kept = before.map(({ name, types, required }) => {
    const stat = now.get(name);
    return {
      name,
      types: typesIn(bitsOf(types) | bitsOf(stat?.types ?? [])),
      required: required && stat?.rows === seen.rows,
    };
  });
  const fresh = seen.stats
    .filter(({ name }) => takeNew && !names.has(name))
    .map(({ name, types, rows }) => ({ name, types, required: known === null && rows === seen.rows }));
  return [...kept, ...fresh];
}

/** Names the fields of a drift for people, at most ten of each kind. */
export function describeDrift({ added, removed, retyped }: Drift): string {
  const part = (what: string, names: readonly string[]) =>
    names.length === 0
      ? []
      : [
          `${what} ${names.slice(0, 10).join(', ')}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`,
        ];
  return [...part('new:', added), ...part('gone:', removed), ...part('of another type:', retyped)].join('; ');
}
