import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isObject } from './messages.ts';

/** What a tap found at its discovery. */
export interface Catalog extends JsonObject {
  readonly streams: readonly JsonObject[];
}

/** Reads what a tap printed at its discovery. Undefined: it is no catalog. */
export function parseCatalog(text: string): Catalog | undefined {
  try {
    const catalog = JSON.parse(text) as JsonValue;
    if (!isObject(catalog) || !Array.isArray(catalog.streams)) return undefined;
    return catalog.streams.every((stream) => isObject(stream) && namesOf(stream).length > 0)
      ? (catalog as unknown as Catalog)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What a stream is called: its id first, then the names that its messages may bear. */
export const namesOf = ({ tap_stream_id, stream, stream_alias }: JsonObject): readonly string[] => [
  ...new Set(
    [tap_stream_id, stream, stream_alias].filter((name): name is string => typeof name === 'string'),
  ),
];

/** The stream of that name. */
export const streamOf = ({ streams }: Catalog, name: string): JsonObject | undefined =>
  streams.find((stream) => stream.tap_stream_id === name) ??
  streams.find((stream) => namesOf(stream).includes(name));

interface Entry extends JsonObject {
  readonly breadcrumb: readonly string[];
  readonly metadata: JsonObject;
}

export function entriesOf({ metadata }: JsonObject): readonly Entry[] {
  if (!Array.isArray(metadata)) return [];
  return metadata.filter(
    (entry): entry is Entry => isObject(entry) && Array.isArray(entry.breadcrumb) && isObject(entry.metadata),
  );
}

/** What is said of the stream as a whole. */
export const rootOf = (stream: JsonObject): JsonObject =>
  entriesOf(stream).find(({ breadcrumb }) => breadcrumb.length === 0)?.metadata ?? {};

/** How a stream is to be read, where its tap leaves the choice. */
export interface Choice {
  /** The stream's id. */
  readonly stream: string;
  /** Only what changed; where the tap has a say, it has it. */
  readonly incremental: boolean;
  /** The field that tells the greater of two versions. */
  readonly cursor?: string | undefined;
  /** Fields that are wanted even though the tap leaves them out unless asked. */
  readonly fields: ReadonlySet<string>;
}

/** The catalog in which the one stream is selected, with its fields, and no other one; in the old way of saying it too. */
export function select(catalog: Catalog, choice: Choice): JsonObject {
  const chosen = streamOf(catalog, choice.stream);
  const streams = catalog.streams.map((stream) =>
    stream === chosen ? selected(stream, choice) : not(stream),
  );
  return { ...catalog, streams };
}

const withRoot = (stream: JsonObject, root: JsonObject, others: readonly Entry[]): JsonObject => ({
  ...stream,
  metadata: [{ breadcrumb: [], metadata: root }, ...others],
});

const fieldsOf = (stream: JsonObject): readonly Entry[] =>
  entriesOf(stream).filter(({ breadcrumb }) => breadcrumb.length > 0);

const not = (stream: JsonObject): JsonObject => ({
  ...withRoot(stream, { ...rootOf(stream), selected: false }, fieldsOf(stream)),
  ...deselected(stream),
});

function deselected({ schema }: JsonObject): JsonObject {
  return { selected: false, ...(isObject(schema) ? { schema: { ...schema, selected: false } } : {}) };
}

function selected(stream: JsonObject, choice: Choice): JsonObject {
  const root = rootOf(stream);
  const method = methodOf(stream, root, choice);
  const fields = fieldsOf(stream).map((entry) => ({
    ...entry,
    metadata: { ...entry.metadata, selected: isWanted(entry, choice.fields) },
  }));
  const key = method === 'INCREMENTAL' ? replicationKeyOf(stream, root, choice) : undefined;
  const { schema } = stream;
  return {
    ...withRoot(
      stream,
      {
        ...root,
        selected: true,
        'replication-method': method,
        ...(key === undefined ? {} : { 'replication-key': key }),
      },
      fields,
    ),
    selected: true,
    replication_method: method,
    ...(key === undefined ? {} : { replication_key: key }),
    ...(isObject(schema) ? { schema: { ...schema, selected: true } } : {}),
  };
}

function isWanted({ breadcrumb, metadata }: Entry, fields: ReadonlySet<string>): boolean {
  if (metadata.inclusion === 'automatic') return true;
  if (metadata.inclusion === 'unsupported') return false;
  const [, name = ''] = breadcrumb;
  if (breadcrumb.length === 2 && fields.has(name)) return true;
  return metadata.selected !== false && metadata['selected-by-default'] !== false;
}

const textOf = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** How the stream is read: as the tap says, else as the definition does. */
function methodOf(stream: JsonObject, root: JsonObject, { incremental }: Choice): string {
  return (
    textOf(root['forced-replication-method']) ??
    textOf(root['replication-method']) ??
    textOf(stream.replication_method) ??
    (incremental ? 'INCREMENTAL' : 'FULL_TABLE')
  );
}

/** By which field what changed is told: as the tap says, else the definition's, else the tap's first. */
export function replicationKeyOf(
  stream: JsonObject,
  root: JsonObject = rootOf(stream),
  { cursor }: Pick<Choice, 'cursor'> = {},
): string | undefined {
  const valid = root['valid-replication-keys'];
  return (
    textOf(root['replication-key']) ??
    textOf(stream.replication_key) ??
    cursor ??
    (Array.isArray(valid) ? textOf(valid[0]) : undefined)
  );
}
