import { createHash } from 'node:crypto';
import { Ajv, type ValidateFunction } from 'ajv';
import formatsPlugin from 'ajv-formats';
import type { JsonObject } from '../domain/json.ts';

// The package is CommonJS: its default export is the module itself or its `default`, by loader.
const addFormats = ('default' in formatsPlugin ? formatsPlugin.default : formatsPlugin) as unknown as (
  ajv: Ajv,
) => Ajv;

/** Compiling takes up to a tenth of a second, and every session needs the same few again. Latest used ones last. */
const compiled = new Map<string, ValidateFunction>();
const kept = 200;

/**
 * Compiles a JSON Schema of a connector definition; its formats are checked, all faults are told. Equal schemas share
 * one function: read its `errors` before anything is awaited.
 * @throws Error in the compiler's own words when it cannot be used.
 */
export function compileSchema(schema: JsonObject): ValidateFunction {
  const fingerprint = createHash('sha256').update(JSON.stringify(schema)).digest('base64');
  const validate =
    compiled.get(fingerprint) ?? addFormats(new Ajv({ allErrors: true, strict: false })).compile(schema);
  compiled.delete(fingerprint);
  compiled.set(fingerprint, validate);
  if (compiled.size > kept) compiled.delete(compiled.keys().next().value as string);
  return validate;
}
