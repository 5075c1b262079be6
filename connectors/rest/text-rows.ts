import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { ResourceDefinition } from '../schema.ts';
import type { SourcePage } from '../source.ts';

/** Rows of one page that is cut from a file. */
const ROWS = 1_000;
const SLICE = 64 * 1024;

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The types that the schema lists for a field. */
function typesOf(schema: ResourceDefinition['schema'], name: string): readonly JsonValue[] {
  const properties = schema === 'infer' ? undefined : schema.properties;
  const one = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  const type = isObject(one) ? one.type : undefined;
  return type === undefined ? [] : Array.isArray(type) ? type : [type];
}

/** What a text of a table means by the types of its field; a text that is none of them stays as it is. */
function typedValue(text: string, types: readonly JsonValue[]): JsonValue | undefined {
  if (types.length === 0 || types.includes('string')) return text;
  const bare = text.trim();
  if (bare === '') return types.includes('null') ? null : undefined;
  if (types.includes('boolean') && /^(true|false)$/i.test(bare)) return /^true$/i.test(bare);
  const isNumber = types.includes('number') || types.includes('integer');
  if (!isNumber || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(bare)) return text;
  const number = Number(bare);
  // More digits than a number holds exactly are an id or a fault; neither is rounded.
  const exact = /^[+-]?\d+$/.test(bare) ? Number.isSafeInteger(number) : Number.isFinite(number);
  return exact ? number : text;
}

function* slices(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += SLICE) yield text.slice(at, at + SLICE);
}

/** The lines of a table; parsed in slices, so that a large one does not hold the process up. */
async function* csvRows(
  { id, schema }: ResourceDefinition,
  text: string,
  delimiter: string,
): AsyncGenerator<JsonObject> {
  const bad = (message: string) => new TributaryError('SOURCE_BAD_ANSWER', `${id}: ${message}`);
  const lines = Readable.from(slices(text)).pipe(parse({ delimiter, skip_empty_lines: true }));
  let columns: readonly { readonly name: string; readonly types: readonly JsonValue[] }[] | undefined;
  try {
    for await (const cells of lines as AsyncIterable<string[]>) {
      if (columns) {
        const entries = columns.map(
          ({ name, types }, i) => [name, typedValue(cells[i] ?? '', types)] as const,
        );
        yield Object.fromEntries(
          entries.filter((entry): entry is readonly [string, JsonValue] => entry[1] !== undefined),
        );
        continue;
      }
      const names = cells.map((name) => name.trim());
      const twice = names.find((name, i) => names.indexOf(name) < i);
      if (twice !== undefined) throw bad(`the table has two columns of the name "${twice.slice(0, 40)}".`);
      columns = names.map((name) => ({ name, types: typesOf(schema, name) }));
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // Its own message quotes the data.
    const line = typeof error.lines === 'number' ? ` at line ${error.lines}` : '';
    throw bad(`the answer is not a table (CSV)${line}: ${error.code}.`);
  }
}

function* jsonLines({ id }: ResourceDefinition, text: string): Generator<JsonValue> {
  let number = 0;
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end === -1 ? text.length : end).trim();
    at = end === -1 ? text.length : end + 1;
    number += 1;
    if (line === '') continue;
    try {
      yield JSON.parse(line) as JsonValue;
    } catch {
      throw new TributaryError('SOURCE_BAD_ANSWER', `${id}: line ${number} of the answer is not JSON.`);
    }
  }
}

/**
 * Cuts a file into pages of rows. An empty file, or one with nothing but names, is one page without rows.
 * @param resource Its schema says which texts of a table are numbers.
 * @throws TributaryError SOURCE_BAD_ANSWER for what is no such file; the pages before it were given.
 */
export async function* textPages(
  resource: ResourceDefinition,
  text: string,
  file: { readonly format: 'csv' | 'jsonl'; readonly delimiter: string },
): AsyncGenerator<SourcePage> {
  const all = file.format === 'csv' ? csvRows(resource, text, file.delimiter) : jsonLines(resource, text);
  let rows: JsonValue[] = [];
  let given = 0;
  for await (const row of all) {
    if (rows.length === ROWS) {
      given += ROWS;
      yield { rows, next: given };
      rows = [];
    }
    rows.push(row);
  }
  yield { rows, next: null };
}
