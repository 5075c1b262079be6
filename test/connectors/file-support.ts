import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ConnectorDefinition, definitionSchema } from '../../connectors/definition.ts';
import { createFileSource } from '../../connectors/file/source.ts';
import type { ReadRequest, SourcePage } from '../../connectors/source.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';

/** What of a resource a test says. */
export interface Wanted {
  readonly file: JsonObject;
  readonly schema?: JsonObject;
  readonly deletes?: 'absent';
}

/** A definition with one resource, `rows`, that is read from files. */
export const fileDefinition = ({ file, schema, deletes }: Wanted): ConnectorDefinition =>
  definitionSchema.parse({
    version: 1,
    id: 'files',
    name: 'Files',
    kind: 'file',
    auth: {
      kind: 'configuration',
      schema: { type: 'object', required: ['location'], properties: { location: { type: 'string' } } },
    },
    resources: [
      {
        id: 'rows',
        name: 'Rows',
        key: ['id'],
        incremental: { bookmark: true },
        file,
        schema: schema ?? 'infer',
        ...(deletes === undefined ? {} : { deletes: { kind: deletes } }),
      },
    ],
  });

/** A folder that goes when the test is over. */
export async function tempFolder(t: Pick<TestContext, 'after'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-files-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface Reading extends Wanted {
  readonly location: string;
  readonly folders?: readonly string[];
  readonly fetch?: typeof fetch;
}

/** The pages of one read, as loading asks for them. */
export function pagesOf(
  { location, folders = [location], fetch: ask = fetch, ...wanted }: Reading,
  request: Pick<ReadRequest, 'since' | 'from'> = {},
): AsyncIterable<SourcePage> {
  const credentials = { authorization: async () => JSON.stringify({ location }) };
  const source = createFileSource(fileDefinition(wanted), {}, { credentials, fetch: ask, folders });
  return source.read({ resource: 'rows', signal: new AbortController().signal, ...request });
}

/** What one read gave: until its end, or until it failed. */
export interface Given {
  readonly rows: readonly JsonValue[];
  readonly pages: readonly SourcePage[];
  readonly bookmark: string | undefined;
  readonly replaces: boolean;
  readonly error: unknown;
}

/** Reads to the end. */
export async function readAll(
  reading: Reading,
  request: Pick<ReadRequest, 'since' | 'from'> = {},
  onPage: (page: SourcePage, index: number) => unknown = () => undefined,
): Promise<Given> {
  const pages: SourcePage[] = [];
  let error: unknown;
  try {
    for await (const page of pagesOf(reading, request)) {
      pages.push(page);
      await onPage(page, pages.length - 1);
    }
  } catch (thrown) {
    error = thrown;
  }
  return {
    rows: pages.flatMap(({ rows }) => rows),
    pages,
    bookmark: pages.map(({ bookmark }) => bookmark).findLast((one) => one !== undefined),
    replaces: pages.at(-1)?.replaces === true,
    error,
  };
}

/** The request of a session after one that left this bookmark. */
export const after = ({ bookmark }: Given): Pick<ReadRequest, 'since'> =>
  bookmark === undefined ? {} : { since: bookmark };
