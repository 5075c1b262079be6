import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import { type FileConfiguration, type FileDefinition, fileConfigurationSchema } from '../format/file.ts';
import type { ConnectorDefinition, ResourceDefinition } from '../schema.ts';
import type { Credentials, ReadAgain, ReadRequest, Source, SourcePage } from '../source.ts';
import { checkAddress, openAddress } from './address.ts';
import {
  type Bookmark,
  type Mark,
  readBookmark,
  readToken,
  type Token,
  writeBookmark,
  writeToken,
} from './bookmark.ts';
import { openFolder } from './folder.ts';
import type { Found, Place } from './place.ts';
import { readFile } from './read.ts';
import { fileRefused } from './refusal.ts';

/** Rows of a page at least, where there are so many: small files share one. */
const pageRows = 1_000;
const nothing = { at: 0, line: 1, digest: '' };

/** What files are read with. */
export interface FileSourceOptions {
  /** Give the configuration as JSON. */
  readonly credentials: Credentials;
  /** The egress guard's. */
  readonly fetch: typeof fetch;
  /** Absolute folders below which files may be read. Missing: none. */
  readonly folders?: readonly string[];
}

type FileResource = ResourceDefinition & { readonly file: FileDefinition };

async function configurationOf({ authorization }: Credentials): Promise<FileConfiguration> {
  let given: unknown;
  try {
    given = JSON.parse((await authorization()) ?? '');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const { data, error } = fileConfigurationSchema.safeParse(given);
  if (data !== undefined) return data;
  throw new TributaryError(
    'INVALID_CREDENTIALS',
    `location: ${error?.issues[0]?.message ?? 'it is missing'}`,
  );
}

const isAddress = (location: string): boolean => /^https?:/.test(location);

async function placeOf(
  options: FileSourceOptions,
  { signal, onExchange }: Pick<ReadRequest, 'signal' | 'onExchange'>,
): Promise<Place> {
  const { location } = await configurationOf(options.credentials);
  return isAddress(location)
    ? openAddress(location, { fetch: options.fetch, signal, onExchange })
    : openFolder(location, options.folders ?? []);
}

function fileOf({ resources }: ConnectorDefinition, id: string): FileResource {
  const resource = resources.find((one) => one.id === id);
  if (resource?.file === undefined)
    throw new TributaryError('SOURCE_RESOURCE_NOT_FOUND', `The definition reads no files for ${id}.`);
  return { ...resource, file: resource.file };
}

const isUnchanged = (found: readonly Found[], known: Bookmark): boolean =>
  known.size === found.length && found.every(({ name, stamp }) => known.get(name)?.stamp === stamp);

/**
 * The pages of one resource: the files that are new or changed since the bookmark, by name. A file that only grew goes
 * on behind its last whole line. With `deletes: absent` one change means that all files are read, and that what is in
 * none of them is gone.
 */
async function* pagesOf(
  place: Place,
  { file, schema, deletes, incremental }: FileResource,
  { since, from, signal }: ReadRequest,
): AsyncGenerator<SourcePage> {
  const all = deletes?.kind === 'absent';
  const known = readBookmark(since);
  const token = readToken(from);
  const found = await place.find(file.pattern, known);
  if (all && token === null && since !== undefined && isUnchanged(found, known)) {
    yield { rows: [], next: null, bookmark: since };
    return;
  }
  const given = token === null ? (all ? new Map<string, Mark>() : known) : readBookmark(token.done);
  // Which rows of a page were stored already cannot be told when files have changed since: none of the first one is
  // passed over when a read goes on, and it is given whole again.
  yield { rows: [], next: from ?? writeToken({ file: null, spot: nothing, done: writeBookmark(given) }) };
  const marks = new Map([...given].filter(([name]) => found.some((one) => one.name === name)));
  let rows: JsonValue[] = [];
  let again: ReadAgain[] = [];
  let done: string | null = null;
  const text = () => (done ??= writeBookmark(marks));
  const placed = (): Pick<SourcePage, 'bookmark'> => (incremental?.bookmark ? { bookmark: text() } : {});
  const anew = (): Pick<SourcePage, 'again'> => (again.length === 0 ? {} : { again });
  const page = (at: Omit<Token, 'done'>): SourcePage => {
    const full = { rows, next: writeToken({ ...at, done: text() }), ...placed(), ...anew() };
    rows = [];
    again = [];
    return full;
  };

  for (const { name, stamp } of found) {
    const mark = marks.get(name);
    if (mark?.stamp === stamp) continue;
    const start = token?.file === name ? token.spot : (mark ?? null);
    const parts = readFile(place, { name, file, schema, start }, signal);
    let spot = start ?? nothing;
    let after: Mark | null = null;
    // Of a read that goes on, rows of any file may have been stored.
    let isKnown = from !== undefined || known.has(name);
    try {
      for (;;) {
        const part = await parts.next();
        if (part.done) {
          after = part.value;
          break;
        }
        // Not before it is known whether more follows: half a last line is behind the place of its part.
        if (rows.length >= pageRows) yield page({ file: name, spot });
        const { begins } = part.value;
        if (begins !== undefined && isKnown) again.push({ file: name, line: begins, row: rows.length });
        isKnown = true;
        spot = part.value.spot;
        rows = rows.length === 0 ? [...part.value.rows] : rows.concat(part.value.rows);
      }
    } catch (error) {
      // The rows before the fault are kept.
      if (rows.length > 0) yield page({ file: spot.digest === '' ? null : name, spot });
      throw error;
    }
    if (after === null) marks.delete(name);
    else marks.set(name, after);
    done = null;
    if (rows.length >= pageRows) yield page({ file: null, spot: nothing });
  }
  yield { rows, next: null, ...placed(), ...anew(), ...(all ? { replaces: true as const } : {}) };
}

/**
 * Reads files of a folder or of an address as rows.
 * @throws TributaryError in `read`: SOURCE_FOLDER_REFUSED, SOURCE_FILE_REFUSED, SOURCE_FILE_CHANGING,
 * INVALID_CREDENTIALS for a configuration without a place, SOURCE_* as other sources; the rows before are given
 */
export function createFileSource(
  definition: ConnectorDefinition,
  _app: unknown,
  options: FileSourceOptions,
): Source {
  return {
    async *read(request) {
      const resource = fileOf(definition, request.resource);
      const place = await placeOf(options, request);
      try {
        yield* pagesOf(place, resource, request);
      } finally {
        await place.close();
      }
    },
  };
}

/**
 * Whether the place of a connection can be read: its folder is allowed and there, or its addresses answer. A folder
 * without a file that fits is no fault: files may come later.
 * @throws TributaryError as reading does
 */
export async function checkFiles(
  { resources }: ConnectorDefinition,
  _app: unknown,
  options: FileSourceOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const { location } = await configurationOf(options.credentials);
  const wanted = resources.filter(({ enabled }) => enabled);
  const place = isAddress(location) ? null : await openFolder(location, options.folders ?? []);
  for (const { id, file } of wanted.length > 0 ? wanted : resources) {
    if (file === undefined) throw fileRefused(id, 'its definition names no files.');
    if (place === null) await checkAddress(location, file.pattern, options);
    else await place.find(file.pattern, new Map());
  }
}
