import type { JsonObject, JsonValue } from '../../domain/json.ts';

/** The names that lead to a field of a row: its own, or those of its JSON pointer. */
export const namesOf = (field: string): string[] =>
  field.startsWith('/')
    ? field
        .slice(1)
        .split('/')
        .map((raw) => raw.replaceAll('~1', '/').replaceAll('~0', '~'))
    : [field];

/** The JSON pointer of these names. */
export const pathOf = (names: readonly string[]): string =>
  names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names like `__proto__` are plain names here too. */
const put = (object: Record<string, JsonValue>, name: string, value: JsonValue): void => {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
};

const copy = (object: JsonObject): Record<string, JsonValue> => ({ ...object });

/** Applies a change to one field, in lists to that of each item; what the row does not have stays away. */
export function changeAt(
  row: JsonObject,
  field: string,
  change: (value: JsonValue) => JsonValue | undefined,
): JsonObject {
  return changeBelow(row, namesOf(field), change) as JsonObject;
}

function changeBelow(
  value: JsonValue,
  names: readonly string[],
  change: (value: JsonValue) => JsonValue | undefined,
): JsonValue {
  if (Array.isArray(value)) return value.map((item) => changeBelow(item as JsonValue, names, change));
  const [name = '', ...rest] = names;
  if (!isObject(value) || !Object.hasOwn(value, name)) return value;
  const inner = value[name] ?? null;
  const after = rest.length === 0 ? change(inner) : changeBelow(inner, rest, change);
  if (after === inner) return value;
  const changed = copy(value);
  if (after === undefined) delete changed[name];
  else put(changed, name, after);
  return changed;
}

/** The row without one field. */
export const without = (row: JsonObject, field: string): JsonObject => changeAt(row, field, () => undefined);

/** The row with what another one has besides. */
export function merged(row: JsonObject, more: JsonObject): JsonObject {
  const all = copy(row);
  for (const [name, value] of Object.entries(more)) {
    const own = Object.hasOwn(all, name) ? all[name] : undefined;
    put(all, name, isObject(own) && isObject(value) ? merged(own, value) : value);
  }
  return all;
}

/** Only these fields of the row. */
export function pick(row: JsonObject, fields: readonly string[]): JsonObject {
  return pickBelow(row, fields.map(namesOf)) as JsonObject;
}

function pickBelow(value: JsonValue, paths: readonly (readonly string[])[]): JsonValue | undefined {
  if (paths.some((names) => names.length === 0)) return value;
  if (Array.isArray(value)) return value.map((item) => pickBelow(item as JsonValue, paths) ?? null);
  if (!isObject(value)) return undefined;
  const left: Record<string, JsonValue> = {};
  for (const [name, inner] of Object.entries(value)) {
    const below = paths.filter(([first]) => first === name).map((names) => names.slice(1));
    if (below.length === 0) continue;
    const kept = pickBelow(inner, below);
    if (kept !== undefined) put(left, name, kept);
  }
  return left;
}
