import { z } from 'zod';
import type { JsonObject } from '../domain/json.ts';
import { definitionSchema } from './schema.ts';

let made: JsonObject | undefined;

/**
 * The format of a definition as JSON Schema (draft 7), for editors and for the examples in faults. It says what one
 * part allows; what parts have to do with each other is checked beside it.
 */
export function definitionJsonSchema(): JsonObject {
  made ??= {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Connector definition of Tributary',
    description: 'One app: how it is authorized at and what can be read there.',
    ...(z.toJSONSchema(definitionSchema, {
      target: 'draft-7',
      io: 'input',
      unrepresentable: 'any',
    }) as JsonObject),
  };
  return made;
}
