import type { FieldType } from '../../../domain/delivery.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import type { FieldMapping, SyncModel } from '../../../stores/model.ts';
import { fit } from './fit.ts';
import { compileTemplate } from './template.ts';

/** What a record becomes: fields without the key field, or why it cannot be delivered. */
export type Mapped =
  | { readonly fields: JsonObject }
  | { readonly fault: { readonly code: string; readonly message: string } };

type Source = (data: JsonObject) => JsonValue;

/** The value at a dot path; a name with a dot in it comes first. Null where there is none. */
export function valueAtPath(data: JsonObject, path: string): JsonValue {
  if (Object.hasOwn(data, path)) return data[path] ?? null;
  let value: JsonValue | undefined = data;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = (value as JsonObject)[name];
  }
  return value ?? null;
}

const sourceOf = ({ from }: FieldMapping): Source => {
  if ('field' in from) return (data) => valueAtPath(data, from.field);
  if ('constant' in from) return () => from.constant;
  return compileTemplate(from.template);
};

/**
 * Compiles a mapping; the field that holds the key is left out: {@link keyValue} makes it.
 * @throws Error when a template does not parse
 */
export function compileMapping(
  mapping: readonly FieldMapping[],
  keyField: string,
): (data: JsonObject) => Mapped {
  const compiled = mapping
    .filter(({ to }) => to !== keyField)
    .map((field) => ({ ...field, source: sourceOf(field) }));
  return (data) => {
    const fields: Record<string, JsonValue> = {};
    for (const { to, type, from, source } of compiled) {
      let value: JsonValue;
      try {
        value = source(data);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return { fault: { code: 'TEMPLATE_FAILED', message: `${to}: ${why}`.slice(0, 1000) } };
      }
      // An empty text of a template is no value of a number or a date.
      const empty = 'template' in from && type !== 'text' && value === '';
      const found = fit(empty ? null : value, type);
      if ('why' in found)
        return { fault: { code: 'VALUE_DOES_NOT_FIT', message: `${to}: ${found.why}`.slice(0, 1000) } };
      fields[to] = found.value;
    }
    return { fields };
  };
}

/** Type of the field that holds the key: text, unless it is mapped as another. */
export const keyTypeOf = (mapping: readonly FieldMapping[], keyField: string): FieldType =>
  mapping.find(({ to }) => to === keyField)?.type ?? 'text';

/** Compiles a filter: equality on fields, all must hold; a list means any of its values. */
export function compileFilter({ filter }: SyncModel): (data: JsonObject) => boolean {
  const conditions = Object.entries(filter).map(([path, wanted]) => {
    const values = new Set((Array.isArray(wanted) ? wanted : [wanted]).map((one) => JSON.stringify(one)));
    return (data: JsonObject) => values.has(JSON.stringify(valueAtPath(data, path)));
  });
  return (data) => conditions.every((holds) => holds(data));
}
