import { yamlInline } from '../../../connectors/yaml.ts';

/** The kinds of sources that are no HTTP app. */
export const otherKinds = ['singer', 'airbyte', 'file'] as const;
export type OtherKind = (typeof otherKinds)[number];

export interface KindSkeletonOptions {
  readonly kind: OtherKind;
  readonly id: string;
  readonly resources: readonly string[];
  /** Where the editor finds the JSON Schema, from the file. */
  readonly schemaPath: string;
}

const nameOf = (id: string): string =>
  `${id.charAt(0).toUpperCase()}${id.slice(1)}`.replaceAll(/[-_]+/g, ' ').trim();

const programLines = (kind: OtherKind, id: string): string =>
  kind === 'file'
    ? ''
    : `
program:
  executable: ${yamlInline(`${kind === 'singer' ? 'tap' : 'source'}-${id}`)} # a name in TRIBUTARY_SOURCE_PROGRAMS, which says the path
  # quietSecs: 600 # a program that says nothing for so long is ended
`;

const schemaLines: Readonly<Record<OtherKind, string>> = {
  file: `    required: [location]
    properties:
      location: { type: string, title: Folder or https address, examples: [/srv/imports] }`,
  singer: `    required: [api_key]
    properties:
      api_key: { type: string, title: API key, writeOnly: true } # writeOnly: a secret
      start_date: { type: string, format: date-time, title: Start date }`,
  airbyte: `    required: [api_key]
    properties:
      api_key: { type: string, title: API key, airbyte_secret: true }
      start_date: { type: string, format: date-time, title: Start date }`,
};

const resourceText = (kind: OtherKind, id: string): string => `  - id: ${yamlInline(id)}
    name: ${yamlInline(nameOf(id))}
${
  kind === 'file'
    ? `    file: { pattern: "${id}-*.csv", format: csv } # or jsonl, parquet; an https address takes a name without *`
    : `    # stream: ${id} # the program's own name, where it is another one`
}
    key: [id] # fields that name one object together
    # Rows without a key: "key: [_row]" and "contentField: _row", the SHA-256 of the row
    # cursor: updated_at # the newer of two versions has the greater one
    incremental: { bookmark: true } # the source keeps its place; without this line all is read each time
    # deletes: { kind: absent } # what a full refresh does not have any more is removed
    schema: infer # or the JSON Schema of a row; rows that do not fit go to quarantine`;

/** A definition of a source that is no HTTP app, to begin with: it validates, and says in comments what to change. */
export const kindSkeleton = ({
  kind,
  id,
  resources,
  schemaPath,
}: KindSkeletonOptions): string => `# yaml-language-server: $schema=${schemaPath}
# What each key means: docs/connectors.md. Try it: tributary connector validate|test|run <this file>
version: 1
id: ${yamlInline(id)}
name: ${yamlInline(nameOf(id))}
kind: ${kind}
${programLines(kind, id)}
# What a connection has to say: a JSON Schema, from which its form is made.
auth:
  kind: configuration
  schema:
    type: object
${schemaLines[kind]}

# identity: { account: /${kind === 'file' ? 'location' : 'start_date'} } # whose data it is; all that is no secret unless given

resources:
${resources.map((resource) => resourceText(kind, resource)).join('\n')}
`;
