import { compareCursors } from './cursor.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** Two records that are one, and why. */
export interface Edge {
  readonly a: string;
  readonly b: string;
  /** Merged before and by a person come first; then the alternatives of the rule, by their place. */
  readonly rank: number;
}

/** Rank of an edge that a person made, and of one that an earlier session merged. */
export const acceptedRank = -2;
export const mergedRank = -1;

/** Pairs that must never be one again. */
export type Forbidden = ReadonlyMap<string, ReadonlySet<string>>;

/** Both ways of each pair. */
export function forbiddenOf(pairs: Iterable<readonly [string, string]>): Forbidden {
  const map = new Map<string, Set<string>>();
  const add = (key: string, other: string): void => {
    const known = map.get(key);
    if (known === undefined) map.set(key, new Set([other]));
    else known.add(other);
  };
  for (const [a, b] of pairs) {
    add(a, b);
    add(b, a);
  }
  return map;
}

export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Puts keys together that edges connect, over any number of steps. The order in which edges come makes no difference.
 * A pair that is forbidden is kept apart: then stronger edges (of lower rank) count first, of equals the smaller keys.
 * @returns groups of two or more, each with its keys in order, in the order of their first keys
 */
export function clusters(edges: Iterable<Edge>, forbidden: Forbidden = new Map()): string[][] {
  const parent = new Map<string, string>();
  const size = new Map<string, number>();
  // Of a root: the keys of its group that a forbidden pair names.
  const watched = new Map<string, string[]>();
  const find = (key: string): string => {
    let root = key;
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) root = up;
    for (let at = key; at !== root; ) {
      const up = parent.get(at) ?? root;
      parent.set(at, root);
      at = up;
    }
    return root;
  };
  const open = (key: string): void => {
    if (parent.has(key)) return;
    parent.set(key, key);
    size.set(key, 1);
    if (forbidden.has(key)) watched.set(key, [key]);
  };
  const isForbidden = (one: string, other: string): boolean => {
    const [few, root] =
      (watched.get(one)?.length ?? 0) <= (watched.get(other)?.length ?? 0) ? [one, other] : [other, one];
    for (const key of watched.get(few) ?? [])
      for (const no of forbidden.get(key) ?? []) if (parent.has(no) && find(no) === root) return true;
    return false;
  };
  const unite = ({ a, b }: Edge): void => {
    open(a);
    open(b);
    const [one, other] = [find(a), find(b)];
    if (one === other || (watched.size > 0 && isForbidden(one, other))) return;
    const [to, from] = (size.get(one) ?? 1) >= (size.get(other) ?? 1) ? [one, other] : [other, one];
    parent.set(from, to);
    size.set(to, (size.get(to) ?? 1) + (size.get(from) ?? 1));
    const kept = watched.get(from);
    if (kept !== undefined) watched.set(to, [...(watched.get(to) ?? []), ...kept]);
  };
  // Without forbidden pairs the groups are the same in every order.
  const ordered = forbidden.size === 0 ? edges : [...edges].map(directed).sort(compareEdges);
  for (const edge of ordered) unite(edge);
  const groups = new Map<string, string[]>();
  for (const key of parent.keys()) {
    const root = find(key);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [key]);
    else group.push(key);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => group.sort(compareTexts))
    .sort((a, b) => compareTexts(a[0] ?? '', b[0] ?? ''));
}

const directed = (edge: Edge): Edge => (edge.a <= edge.b ? edge : { ...edge, a: edge.b, b: edge.a });
const compareEdges = (a: Edge, b: Edge): number =>
  a.rank - b.rank || compareTexts(a.a, b.a) || compareTexts(a.b, b.b);

/**
 * The edges of records that share one value: each with the first one, and where a forbidden pair is among them each
 * with each, so that keeping two apart does not part the others.
 */
export function edgesOf(keys: readonly string[], rank: number, forbidden: Forbidden): Edge[] {
  const [first] = keys;
  if (first === undefined) return [];
  if (!keys.some((key) => forbidden.has(key))) return keys.slice(1).map((b) => ({ a: first, b, rank }));
  return keys.flatMap((a, index) => keys.slice(index + 1).map((b) => ({ a, b, rank })));
}

/** A record that is part of a group, as the app has it. */
export interface Member {
  readonly key: string;
  readonly data: JsonObject;
  readonly cursor: string | null;
  /** Number of the session that made it, and of the one that changed it last. */
  readonly createdIn: number;
  readonly changedIn: number;
}

/** How the value of a field is chosen. */
export type Choice =
  | 'newest'
  | 'mostComplete'
  | 'longest'
  | { readonly sourceField: string; readonly order: readonly string[] };

/** What the record that stays says. */
export interface Survivorship {
  readonly default: 'newest' | 'mostComplete';
  readonly fields: Readonly<Record<string, Choice>>;
  /** Fields of the key: always those of the record that stays. */
  readonly own: readonly string[];
}

/** The key that stays: the one that was known first, of equals the smaller one. It stays whatever changes later. */
export const survivorOf = (members: readonly Member[]): Member | undefined =>
  [...members].sort((a, b) => a.createdIn - b.createdIn || compareTexts(a.key, b.key))[0];

const isEmpty = (value: JsonValue | undefined): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'string' && value.trim() === '') ||
  (Array.isArray(value) && value.length === 0);

const filled = ({ data }: Member): number => Object.values(data).filter((value) => !isEmpty(value)).length;

/** Newest first: by the cursor, then by the session that changed it, of equals the smaller key. */
const byNewest = (a: Member, b: Member): number =>
  compareCursors(b.cursor, a.cursor) || b.changedIn - a.changedIn || compareTexts(a.key, b.key);

const lengthOf = (value: JsonValue | undefined): number =>
  typeof value === 'string' ? value.trim().length : (JSON.stringify(value ?? null) ?? '').length;

/**
 * The data of the record that stays: each field from the first record that has a value, in the order that its choice
 * says. Depends on nothing but the members, whatever their order.
 */
export function survivingData(members: readonly Member[], rule: Survivorship): JsonObject {
  const newest = [...members].sort(byNewest);
  const complete = [...newest].sort((a, b) => filled(b) - filled(a));
  const survivor = survivorOf(members);
  const placeOf = ({ data }: Member, sourceField: string, order: readonly string[]): number => {
    const place = order.indexOf(String(data[sourceField] ?? ''));
    return place < 0 ? order.length : place;
  };
  const ordered = (field: string): readonly Member[] => {
    const choice = Object.hasOwn(rule.fields, field) ? rule.fields[field] : rule.default;
    if (choice === 'mostComplete') return complete;
    if (choice === 'longest')
      return [...newest].sort((a, b) => lengthOf(b.data[field]) - lengthOf(a.data[field]));
    if (typeof choice === 'object') {
      const { sourceField, order } = choice;
      return [...newest].sort((a, b) => placeOf(a, sourceField, order) - placeOf(b, sourceField, order));
    }
    return newest;
  };
  const fields = new Set(
    (rule.default === 'mostComplete' ? complete : newest).flatMap(({ data }) => Object.keys(data)),
  );
  const entries: [string, JsonValue][] = [];
  for (const field of fields) {
    const own = rule.own.includes(field) ? survivor?.data : undefined;
    if (own !== undefined) {
      if (Object.hasOwn(own, field)) entries.push([field, own[field] ?? null]);
      continue;
    }
    const from = ordered(field);
    const member =
      from.find(({ data }) => !isEmpty(data[field])) ?? from.find(({ data }) => Object.hasOwn(data, field));
    entries.push([field, member?.data[field] ?? null]);
  }
  return Object.fromEntries(entries);
}
