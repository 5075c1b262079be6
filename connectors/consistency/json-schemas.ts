import { Ajv } from 'ajv';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { type At, type Inconsistency, inconsistent } from './inconsistency.ts';

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const good = { type: 'object', properties: { id: { type: 'integer' } } };

/** Draft 7, as rows are judged by it. */
export function* checkJsonSchema(schema: JsonObject, at: At): Generator<Inconsistency> {
  const ajv = new Ajv({ strict: false, logger: false });
  try {
    if (ajv.validateSchema(schema) === true) {
      ajv.compile(schema);
      return;
    }
    const fault = ajv.errors?.[0];
    const place = (fault?.instancePath ?? '').split('/').slice(1);
    const one = place.at(-1) === 'type' ? 'integer' : good;
    yield inconsistent(
      [...at, ...place],
      `a JSON Schema: it ${fault?.message ?? 'has faults'}`,
      one,
      one === good ? at.at(-1) : 'type',
    );
  } catch (error) {
    yield inconsistent(
      at,
      `a JSON Schema (draft 7): ${error instanceof Error ? error.message : error}`,
      good,
    );
  }
}

/** What a person is asked for: an object of texts. */
export function* checkTexts(schema: JsonObject, at: At): Generator<Inconsistency> {
  if (schema.type !== 'object')
    yield inconsistent([...at, 'type'], 'object: what a connection says has names', 'object');
  const properties = schema.properties;
  if (!isObject(properties) || Object.keys(properties).length === 0) {
    yield inconsistent([...at, 'properties'], 'the parameters by their names', { shop: { type: 'string' } });
    return;
  }
  for (const [name, inner] of Object.entries(properties))
    if (!isObject(inner) || inner.type !== 'string')
      yield inconsistent([...at, 'properties', name], 'a text (type: string)', { type: 'string' });
  for (const [i, name] of (Array.isArray(schema.required) ? schema.required : []).entries())
    if (typeof name === 'string' && !Object.hasOwn(properties, name))
      yield inconsistent(
        [...at, 'required', i],
        `one of the properties: ${Object.keys(properties).join(', ')}`,
        Object.keys(properties)[0],
      );
}

/** Keywords that may bring properties that are not listed. */
const composing = ['$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'patternProperties'];

const stepsOf = (field: string): string[] =>
  field.startsWith('/')
    ? field
        .slice(1)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    : [field];

/** The names that a schema lists at its top; undefined where it lists none or may have others. */
export function listedFields(schema: JsonObject | 'infer'): readonly string[] | undefined {
  if (schema === 'infer' || !isObject(schema.properties)) return undefined;
  return composing.some((word) => word in schema) ? undefined : Object.keys(schema.properties);
}

/** The schema at a field (a name or a JSON pointer). */
export type Found = { readonly known: JsonObject | undefined } | { readonly missing: string };

/**
 * Looks a field up in a schema.
 * @returns its schema, `undefined` where the schema does not say, or which of its steps is not listed
 */
export function fieldIn(schema: JsonObject | 'infer', field: string): Found {
  let node: JsonObject | undefined = schema === 'infer' ? undefined : schema;
  for (const step of stepsOf(field)) {
    if (node === undefined) return { known: undefined };
    const isIndex: boolean = /^\d+$/.test(step) && node.items !== undefined;
    const listed = listedFields(node);
    if (!isIndex && listed === undefined) return { known: undefined };
    if (!isIndex && !listed?.includes(step)) return { missing: step };
    const inner: JsonValue | undefined = isIndex ? node.items : (node.properties as JsonObject)[step];
    node = isObject(inner) ? inner : undefined;
  }
  return { known: node };
}
