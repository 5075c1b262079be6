import { type ConnectorDefinition, parseDefinition } from '../../../connectors/definition.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';

/** What a definition of a program's kind differs in. */
export interface ProgramResource {
  readonly id?: string;
  readonly stream?: string;
  readonly key?: readonly string[];
  readonly incremental?: boolean;
  readonly deletes?: JsonObject;
  readonly schema?: JsonValue;
  readonly quietSecs?: number;
}

/** Whose definition it is; `secret` is the one field of its configuration. */
export interface ProgramApp {
  readonly id: string;
  readonly name: string;
  readonly kind: 'singer' | 'airbyte';
  readonly executable: string;
  readonly secret: string;
}

/** A definition with one resource, `orders` by `id` and `updated_at` unless told otherwise. */
export function programDefinition(
  { id: app, name, kind, executable, secret }: ProgramApp,
  {
    id = 'orders',
    stream,
    key = ['id'],
    incremental = false,
    deletes,
    schema = 'infer',
    quietSecs = 30,
  }: ProgramResource,
): ConnectorDefinition {
  const resource = {
    ...{ id, name: 'Orders', key, schema },
    ...(key[0] === 'id' ? { cursor: 'updated_at' } : {}),
    ...(stream === undefined ? {} : { stream }),
    ...(incremental ? { incremental: { bookmark: true } } : {}),
    ...(deletes === undefined ? {} : { deletes }),
  };
  const configuration = {
    type: 'object',
    properties: { [secret]: { type: 'string', airbyte_secret: true } },
  };
  // YAML takes JSON.
  const text = JSON.stringify({
    ...{ version: 1, id: app, name, kind },
    program: { executable, quietSecs },
    auth: { kind: 'configuration', schema: configuration },
    resources: [resource],
  });
  return parseDefinition(text, `${app}.yaml`);
}
