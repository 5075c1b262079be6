import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConnectorDefinition } from '../../../connectors/definition.ts';
import { createSource, type SourceOptions } from '../../../connectors/registry.ts';
import type { ReadRequest, SourcePage } from '../../../connectors/source.ts';
import { TributaryError } from '../../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { type ProgramResource, programDefinition } from '../program/definition.ts';

const standIn = (file: string): string =>
  fileURLToPath(new URL(`../../support/airbyte/${file}`, import.meta.url));

/** A stand-in source of one table, as a lines file. */
export const tableSource: readonly string[] = [process.execPath, standIn('table.mjs')];

/** Lines that a scripted source prints when asked; texts as they stand. */
export interface Script {
  readonly spec?: readonly JsonValue[];
  readonly check?: readonly JsonValue[];
  readonly discover?: readonly JsonValue[];
  readonly read?: readonly JsonValue[];
  /** To people, while it reads. */
  readonly words?: string;
  /** What each command ends with; 0 unless given. */
  readonly codes?: Readonly<Partial<Record<'spec' | 'check' | 'discover' | 'read', number>>>;
  /** Whether it goes on for ever after what it reads. */
  readonly hangs?: boolean;
}

/** A stream of a catalog, `orders` by `id` unless told otherwise. */
export const streamOf = (more: JsonObject = {}): JsonObject => ({
  name: 'orders',
  json_schema: { type: 'object', properties: {} },
  supported_sync_modes: ['full_refresh', 'incremental'],
  source_defined_primary_key: [['id']],
  default_cursor_field: ['updated_at'],
  ...more,
});
export const catalogOf = (...streams: readonly JsonObject[]): JsonObject => ({
  type: 'CATALOG',
  catalog: { streams },
});
export const record = (data: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'RECORD',
  record: { stream: 'orders', data, emitted_at: 1, ...more },
});
/** A state of a stream, with the count of rows before it where it is given. */
export const state = (updated_at: string, recordCount?: number, name = 'orders'): JsonObject => ({
  type: 'STATE',
  state: {
    type: 'STREAM',
    stream: { stream_descriptor: { name }, stream_state: { updated_at } },
    ...(recordCount === undefined ? {} : { sourceStats: { recordCount } }),
  },
});
export const trace = (type: string, body: JsonObject): JsonObject => ({
  type: 'TRACE',
  trace: { type, emitted_at: 1, [type.toLowerCase()]: body },
});
export const failed = (message: string, failure_type?: string, stream?: string): JsonObject =>
  trace('ERROR', {
    message,
    ...(failure_type === undefined ? {} : { failure_type }),
    ...(stream === undefined ? {} : { stream_descriptor: { name: stream } }),
  });
export const status = (word: string, name = 'orders'): JsonObject =>
  trace('STREAM_STATUS', { stream_descriptor: { name }, status: word });

/** A source that says so; in the folder it leaves what it was given. */
export async function scriptedSource(folder: string, script: Script): Promise<readonly string[]> {
  const { words = '', codes = {}, hangs = false } = script;
  const textOf = (lines: readonly JsonValue[]) =>
    lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
  for (const command of ['spec', 'check', 'discover', 'read'] as const) {
    const lines = script[command] ?? (command === 'discover' ? [catalogOf(streamOf())] : []);
    await writeFile(join(folder, command), textOf(lines));
    await writeFile(join(folder, `${command}-code`), String(codes[command] ?? 0));
  }
  await writeFile(join(folder, 'words'), words);
  if (hangs) await writeFile(join(folder, 'hangs'), '');
  return [standIn('scripted.sh'), folder];
}

/** A definition of kind airbyte, see `programDefinition`. */
export const sourceDefinition = ({
  app = 'sourced',
  ...resource
}: ProgramResource & { readonly app?: string } = {}): ConnectorDefinition =>
  programDefinition(
    { id: app, name: 'Sourced', kind: 'airbyte', executable: 'source', secret: 'token' },
    resource,
  );

/** A command and a configuration as a source gets them; `said` is what it said to people, `kept` what it rotated. */
export function optionsOf(command: readonly string[], configuration: JsonObject) {
  const said: string[] = [];
  const kept: JsonObject[] = [];
  const options: SourceOptions = {
    credentials: {
      authorization: async () => JSON.stringify(kept.at(-1) ?? configuration),
      keep: async (next) => void kept.push(next),
    },
    fetch,
    programs: { source: command },
    onSaid: (line) => said.push(line),
  };
  return { options, said, kept };
}

/** Reads a stream of a source to its end, whatever that is. */
export async function readSource(
  command: readonly string[],
  configuration: JsonObject,
  resource: Parameters<typeof sourceDefinition>[0] = {},
  request: Partial<ReadRequest> = {},
) {
  const { options, said, kept } = optionsOf(command, configuration);
  const source = createSource(sourceDefinition(resource), { baseUrl: null }, options);
  const pages: SourcePage[] = [];
  let error: TributaryError | undefined;
  try {
    const { signal } = new AbortController();
    for await (const page of source.read({ resource: resource?.id ?? 'orders', signal, ...request }))
      pages.push(page);
  } catch (thrown) {
    if (!(thrown instanceof TributaryError)) throw thrown;
    error = thrown;
  }
  const rows = pages.flatMap((page) => page.rows);
  return {
    ...{ pages, rows, error, said, kept },
    bookmark: pages.findLast((page) => page.bookmark !== undefined)?.bookmark,
  };
}
