import { stringify } from 'yaml';
import { compileSchema } from '../../../activities/schema.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { plain } from '../output/table.ts';

/** A stream that a program told of. */
export interface FoundStream {
  readonly id: string;
  readonly schema: JsonObject;
  /** Names of fields; a JSON pointer (`/meta/id`) for one further down. Empty: it has none. */
  readonly key: readonly string[];
  /** The field by which the program tells what changed; null where it tells none. */
  readonly cursor: string | null;
  /** Whether the program keeps its place, so that a later read gives only what is new. */
  readonly incremental: boolean;
}

/** What a definition of a program is written from. */
export interface ProgramInput {
  readonly id: string;
  readonly kind: 'singer' | 'airbyte';
  readonly executable: string;
  /** JSON Schema of the configuration. */
  readonly configuration: JsonObject;
  readonly streams: readonly FoundStream[];
  /** Where an editor finds the JSON Schema of the format, from the file. */
  readonly schemaPath: string;
}

/** One stream in the definition. */
export interface WrittenStream {
  readonly stream: string;
  readonly resource: string;
  readonly key: readonly string[];
  readonly cursor: string | null;
  readonly incremental: boolean;
  /** What could not be taken over, in plain words. */
  readonly notes: readonly string[];
}

/** The text of a definition file, and what is in it. */
export interface WrittenDefinition {
  readonly text: string;
  readonly streams: readonly WrittenStream[];
}

/** What taps and Airbyte sources call the time at which a row was deleted. */
const tombstones = ['_sdc_deleted_at', '_ab_cdc_deleted_at'];
/** Added to rows that have no key. */
const contentField = '_row';
/** Definition files are at most 1 MB; comments need a part of it. */
const mostSchemaChars = 900_000;

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A name as an id of the format: a-z, 0-9, - and _, at most 63 of them. */
export const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 60)
    .replace(/-+$/, '');

const nameOf = (id: string): string =>
  `${id.charAt(0).toUpperCase()}${id.slice(1)}`.replaceAll(/[-_]+/g, ' ').trim();

/** Whether the schema lists the first part of a field; one that lists none has all that have a name. */
function lists({ properties }: JsonObject, field: string): boolean {
  if (field === '') return false;
  const [first = ''] = field.startsWith('/') ? field.slice(1).split('/') : [field];
  return !isObject(properties) || Object.keys(properties).length === 0 || Object.hasOwn(properties, first);
}

/** Programs name the newest draft though what they use of it is in draft 7 as well. */
const inOurDialect = ({ $schema, ...schema }: JsonObject): JsonObject =>
  /draft-07/.test(String($schema)) ? { $schema: $schema ?? null, ...schema } : schema;

const compiles = (schema: JsonObject): boolean => {
  try {
    compileSchema(schema);
    return true;
  } catch {
    return false;
  }
};

/** What is kept of a part of a configuration whose schema is none: what a form shows of it. */
const shownParts = ['type', 'title', 'description', 'writeOnly', 'airbyte_secret', 'order'];

/** A configuration whose parts can be checked; one that cannot is taken as it is given. */
const usableForm = (schema: JsonObject): JsonObject => {
  if (compiles(schema) || !isObject(schema.properties)) return schema;
  const properties = Object.entries(schema.properties).map(([name, one]): [string, JsonValue] => {
    if (!isObject(one) || compiles({ ...schema, properties: { [name]: one } })) return [name, one];
    return [name, Object.fromEntries(Object.entries(one).filter(([part]) => shownParts.includes(part)))];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
};

function usableSchema(schema: JsonObject): JsonObject | 'infer' {
  if (!isObject(schema.properties) || Object.keys(schema.properties).length === 0) return 'infer';
  return compiles(schema) ? schema : 'infer';
}

const withContent = (schema: JsonObject | 'infer'): JsonObject | 'infer' =>
  schema === 'infer'
    ? schema
    : {
        ...schema,
        properties: { ...(schema.properties as JsonObject), [contentField]: { type: 'string' } },
      };

interface Resource {
  readonly written: WrittenStream;
  readonly body: JsonObject;
}

function resourceOf(stream: FoundStream, id: string): Resource {
  const notes: string[] = [];
  let schema = usableSchema(stream.schema);
  if (schema === 'infer')
    notes.push('its schema says no fields or cannot be used: it is learned from the rows');
  const key = stream.key.every((field) => lists(stream.schema, field)) ? [...new Set(stream.key)] : [];
  const keyless = key.length === 0;
  if (keyless) {
    notes.push(
      `it names no key: a row is known by the SHA-256 of what is stored of it (${contentField}); equal rows are one record, and one that changed is another`,
    );
    schema = withContent(schema);
  }
  const cursor = stream.cursor !== null && lists(stream.schema, stream.cursor) ? stream.cursor : null;
  if (!stream.incremental) notes.push('it keeps no place: all rows are read each time');
  const properties = isObject(stream.schema.properties) ? stream.schema.properties : {};
  const tombstone = tombstones.find((field) => properties[field] !== undefined);
  const used = keyless ? [contentField] : key;
  return {
    written: { stream: stream.id, resource: id, key: used, cursor, incremental: stream.incremental, notes },
    body: {
      id,
      name: nameOf(id),
      ...(id === stream.id ? {} : { stream: stream.id }),
      key: used,
      ...(keyless ? { contentField } : {}),
      ...(cursor === null ? {} : { cursor }),
      ...(stream.incremental ? { incremental: { bookmark: true } } : {}),
      ...(tombstone === undefined ? {} : { deletes: { kind: 'tombstone', field: tombstone } }),
      schema,
    },
  };
}

/**
 * Writes the definition of a program: every stream that it told of is a resource.
 * @throws {TypeError} never; what cannot be taken over is in the notes of the stream, and in the file
 */
export function programDefinition(input: ProgramInput): WrittenDefinition {
  const { id, kind, executable, schemaPath } = input;
  const configuration = usableForm(inOurDialect(input.configuration));
  const streams = input.streams.map((stream) => ({ ...stream, schema: inOurDialect(stream.schema) }));
  const taken = new Set<string>();
  const idOf = (name: string): string => {
    const base = slugOf(name) || 'stream';
    let found = base;
    for (let n = 2; taken.has(found); n++) found = `${base.slice(0, 58)}-${n}`;
    taken.add(found);
    return found;
  };
  // One without a name could never be asked for.
  const named = streams.filter((stream) => stream.id !== '');
  let resources = named.map((stream) => resourceOf(stream, idOf(stream.id)));
  if (JSON.stringify(resources.map(({ body }) => body)).length > mostSchemaChars)
    resources = resources.map(({ written, body }) => ({
      written: {
        ...written,
        notes: [
          ...written.notes,
          'all schemas together are too long for a file: it is learned from the rows',
        ],
      },
      body: { ...body, schema: 'infer' },
    }));
  const head = {
    version: 1,
    id,
    name: nameOf(id),
    kind,
    program: { executable },
    auth: { kind: 'configuration', schema: configuration },
  };
  const text = [
    `# yaml-language-server: $schema=${schemaPath}`,
    `# Written from what ${plain(executable)} says of itself. Look through it: keys decide which rows are one record.`,
    '# What each key means: docs/connectors.md. Try it: tributary connector validate|test|run <this file>',
    stringify(head, { lineWidth: 0 }).trimEnd(),
    'resources:',
    ...resources.flatMap(({ written, body }) => [
      ...written.notes.map((note) => `  # ${plain(written.stream)}: ${note}.`),
      ...stringify([body], { lineWidth: 0 })
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`),
    ]),
    '',
  ].join('\n');
  return { text, streams: resources.map(({ written }) => written) };
}

/** What a field is called that nobody should see. */
const secretName = /pass|secret|token|api_?key|credential|private/i;

const typeOf = (value: JsonValue): string =>
  Array.isArray(value)
    ? 'array'
    : isObject(value)
      ? 'object'
      : typeof value === 'number'
        ? Number.isInteger(value)
          ? 'integer'
          : 'number'
        : typeof value === 'boolean'
          ? 'boolean'
          : 'string';

/** A JSON Schema of a configuration by an example of one; names such as `api_key` are secrets. No value is in it. */
export function schemaByExample(configuration: JsonObject): JsonObject {
  const properties = Object.entries(configuration).map(([name, value]): [string, JsonObject] => [
    name,
    isObject(value)
      ? schemaByExample(value)
      : { type: typeOf(value), ...(secretName.test(name) ? { writeOnly: true } : {}) },
  ]);
  return {
    type: 'object',
    required: Object.keys(configuration),
    properties: Object.fromEntries(properties),
  };
}
