import type { AsyncBuffer, CompressionCodec, PageHeader, RowGroup, SchemaTree } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { getMaxRepetitionLevel, getTreePath } from 'hyparquet/src/schema.js';
import { compressors } from './parquet-codecs.ts';
import { fileRefused } from './refusal.ts';

/** A page of a column is held whole: of one that is larger, no row could be read without all others. */
const [maxPageBytes, maxPageValues] = [64 * 1024 * 1024, 4_000_000];
/** Pages of columns that are held at the same time. */
const [slabBytes, slabValues] = [32 * 1024 * 1024, 2_000_000];
/** A header has some bytes, but for the smallest and the greatest value that it may name. */
const headerWindows = [64 * 1024, 1024 * 1024, 16 * 1024 * 1024];

/** Where a page is: the same as an offset index says, which most writers leave out. */
interface PageLocation {
  readonly offset: bigint;
  compressed_page_size: number;
  readonly first_row_index: bigint;
}

/** Where the pages of a group of rows are. */
export interface GroupPages {
  /** By the path of a column, joined by dots. */
  readonly locations: Record<string, PageLocation[]>;
  /** Names of columns whose pages fit into memory together. */
  readonly slabs: readonly (readonly string[])[];
}

interface Page {
  readonly header: PageHeader;
  /** Of its header, and of what follows it. */
  readonly at: number;
  readonly data: number;
  readonly end: number;
}

/** The pages of a part of a file, one after the other; only their headers are read. */
async function* pagesOf(file: AsyncBuffer, from: number, to: number): AsyncGenerator<Page> {
  let [start, view] = [from, new DataView(new ArrayBuffer(0))];
  for (let at = from; at < to; ) {
    const parse = () => {
      const reader = { view, offset: at - start };
      return { header: parquetHeader(reader), data: start + reader.offset };
    };
    let parsed: ReturnType<typeof parse> | undefined;
    for (const bytes of [0, ...headerWindows]) {
      if (bytes > 0) {
        const wide = await file.slice(at, Math.min(to, at + bytes));
        [start, view] = [at, new DataView(wide)];
      }
      try {
        parsed = at < start + view.byteLength ? parse() : undefined;
      } catch (error) {
        // Cut by the window, or damaged: a wider one tells.
        if (bytes === headerWindows.at(-1) || (bytes > 0 && start + view.byteLength >= to)) throw error;
      }
      if (parsed !== undefined) break;
    }
    if (parsed === undefined) throw new Error('a page has no header');
    const end = parsed.data + parsed.header.compressed_page_size;
    if (!(parsed.header.compressed_page_size >= 0) || end > to) throw new Error('a page ends too late');
    yield { ...parsed, at, end };
    at = end;
  }
}

/** The rows that begin in a page of a column with lists, and whether its first value begins one. */
function rowsBegun(bytes: Uint8Array, values: number, deepest: number): { rows: number; goesOn: boolean } {
  const levels = new Array<number>(values);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  readRleBitPackedHybrid({ view, offset: 0 }, 32 - Math.clz32(deepest), levels);
  return { rows: levels.filter((level) => level === 0).length, goesOn: levels[0] !== 0 };
}

interface Chunk {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly codec: CompressionCodec;
  /** How deep its lists are. */
  readonly deepest: number;
  /** Refuses a page that cannot be held. */
  readonly judge: (bytes: number, values: number) => void;
}

async function locate(
  file: AsyncBuffer,
  { from, to, rows, codec, deepest, judge }: Chunk,
): Promise<PageLocation[]> {
  const found: PageLocation[] = [];
  let row = 0;
  for await (const { header, at, data, end } of pagesOf(file, from, to)) {
    const { data_page_header: one, data_page_header_v2: two, uncompressed_page_size: size } = header;
    const values = one?.num_values ?? two?.num_values ?? header.dictionary_page_header?.num_values ?? 0;
    judge(size, values);
    if (one === undefined && two === undefined) continue;
    let begun = { rows: two?.num_rows ?? values, goesOn: false };
    if (one !== undefined && deepest > 0) {
      const packed = new Uint8Array(await file.slice(data, end));
      begun = rowsBegun(decompressPage(packed, size, codec, compressors), values, deepest);
    }
    const last = found.at(-1);
    // The list of a row may go on in the next page: both belong together then.
    if (begun.goesOn && last !== undefined) last.compressed_page_size = end - Number(last.offset);
    else found.push({ offset: BigInt(at), compressed_page_size: end - at, first_row_index: BigInt(row) });
    row += begun.rows;
  }
  if (row !== rows) throw new Error(`a column has ${row} rows, and its group ${rows}`);
  return found;
}

/**
 * Finds the pages of a group of rows, so that a few rows of it are read without the others, however large it is.
 * @throws TributaryError SOURCE_FILE_REFUSED for a page that is too large, or a file that is encrypted
 * @throws Error when the file is damaged
 */
export async function findPages(
  name: string,
  file: AsyncBuffer,
  tree: SchemaTree,
  group: RowGroup,
): Promise<GroupPages> {
  const locations: Record<string, PageLocation[]> = Object.create(null);
  const held = new Map<string, { bytes: number; values: number }>();
  for (const { meta_data: meta, crypto_metadata: crypto } of group.columns) {
    if (crypto !== undefined || meta === undefined) throw encrypted(name);
    const [column = ''] = meta.path_in_schema;
    const from = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const deepest = getMaxRepetitionLevel(getTreePath(tree, meta.path_in_schema));
    const most = { bytes: 0, values: 0 };
    const judge = (bytes: number, values: number): void => {
      // In lists each value takes twice as much.
      const weight = deepest > 0 ? 2 * values : values;
      if (bytes > maxPageBytes || weight > maxPageValues)
        throw fileRefused(
          name,
          `column "${column.slice(0, 40)}" has a page of ${values} values and ${bytes} bytes, which is more than is held at once. Write it with pages of 1 MB, or with groups of at most 100000 rows.`,
        );
      most.bytes = Math.max(most.bytes, bytes);
      most.values = Math.max(most.values, weight);
    };
    locations[meta.path_in_schema.join('.')] = await locate(file, {
      ...{ from, to: from + Number(meta.total_compressed_size), rows: Number(group.num_rows) },
      ...{ codec: meta.codec, judge, deepest },
    });
    const sum = held.get(column) ?? { bytes: 0, values: 0 };
    held.set(column, { bytes: sum.bytes + most.bytes, values: sum.values + most.values });
  }
  return { locations, slabs: slabsOf(held) };
}

function slabsOf(held: ReadonlyMap<string, { readonly bytes: number; readonly values: number }>): string[][] {
  const slabs: string[][] = [];
  let [bytes, values] = [Number.POSITIVE_INFINITY, 0];
  for (const [column, most] of held) {
    bytes += most.bytes;
    values += most.values;
    if (bytes > slabBytes || values > slabValues) {
      slabs.push([]);
      [bytes, values] = [most.bytes, most.values];
    }
    slabs.at(-1)?.push(column);
  }
  return slabs;
}

/** A file whose columns nobody can read without a key. */
export const encrypted = (name: string) =>
  fileRefused(name, 'it is encrypted, and cannot be read. Write it without encryption.');
