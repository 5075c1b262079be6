import { Ajv, type ValidateFunction } from 'ajv';
import formatsPlugin from 'ajv-formats';
import type { JsonObject } from '../domain/json.ts';

// The package is CommonJS: its default export is the module itself or its `default`, by loader.
const addFormats = ('default' in formatsPlugin ? formatsPlugin.default : formatsPlugin) as unknown as (
  ajv: Ajv,
) => Ajv;

/**
 * Compiles a JSON Schema of a connector definition; its formats are checked, all faults are told.
 * @throws Error in the compiler's own words when it cannot be used.
 */
export const compileSchema = (schema: JsonObject): ValidateFunction =>
  addFormats(new Ajv({ allErrors: true, strict: false })).compile(schema);
