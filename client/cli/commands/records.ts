import { createWriteStream } from 'node:fs';
import { type Command, Option } from 'commander';
import type { RecordDetail, RecordView } from '../../api/schemas/records.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { csvLine } from '../output/csv.ts';
import { formatFacts, formatTable } from '../output/table.ts';
import { type RecordsQuery, streamRecords } from '../records.ts';
import { collect, parseCount } from './shared.ts';

const formats = ['table', 'csv', 'json', 'jsonl'] as const;
type Format = (typeof formats)[number];
interface RecordsOptions {
  readonly format?: Format;
  readonly where?: readonly string[];
  readonly limit?: number;
  readonly out?: string;
}

/** `tributary records`, `record`, `changes` */
export function addRecords(program: Command): void {
  program
    .command('records')
    .argument('<connection>', 'connection id')
    .argument('<resource>', 'resource id')
    .description('the records of a resource')
    .addOption(new Option('--format <format>', 'how they are written').choices(formats))
    .option('--where <field=value>', 'only records with this value; repeat for more', collect)
    .option('--limit <count>', 'at most so many (default: 20 in a table, else all)', parseCount)
    .option('--out <file>', 'write to a file')
    .addHelpText(
      'after',
      examples(
        'tributary records storefront-west orders --limit 5',
        'tributary records storefront-west orders --where category=Furniture --format csv --out furniture.csv',
        'tributary records storefront-west orders --format jsonl | head -3',
      ),
    )
    .action(async (connection: string, resource: string, options: RecordsOptions, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const asked = options.format ?? (context.json && options.out === undefined ? 'json' : undefined);
      const format = asked ?? formatOf(options.out);
      const limit = options.limit ?? (format === 'table' ? 20 : undefined);
      const where = parseWhere(options.where ?? []);
      const query = { connection, resource, where, ...(limit && { limit }) };
      const { out } = options;
      const records = await writeRecords(api, query, format, out);
      if (out !== undefined)
        context.answer({ file: out, format, records }, () => [
          `${records} records are in ${out} (${format}).`,
        ]);
    });
  program
    .command('record')
    .argument('<connection>', 'connection id')
    .argument('<resource>', 'resource id')
    .argument('<key>', 'key of the record')
    .description('one record with the row it was made from and its versions')
    .addHelpText(
      'after',
      examples(
        'tributary record storefront-west orders 13',
        'tributary record storefront-west orders 13 --json',
      ),
    )
    .action(
      async (connection: string, resource: string, key: string, _options: unknown, command: Command) => {
        const context = contextOf(command);
        const record = await (await context.api()).getRecord(connection, resource, key);
        context.answer(record, () => recordLines(record));
      },
    );
  program
    .command('changes')
    .argument('<connection>', 'connection id')
    .description('what was added, updated and deleted since a cursor, in order')
    .option('--cursor <cursor>', 'where the last call ended (default: from the beginning)')
    .option('--limit <count>', 'at most so many', parseCount, 100)
    .addHelpText('after', examples('tributary changes storefront-west --limit 10'))
    .action(
      async (
        connection: string,
        query: { readonly cursor?: string; readonly limit: number },
        command: Command,
      ) => {
        const context = contextOf(command);
        const { cursor, limit } = query;
        const changes = await (await context.api()).changes(connection, {
          ...(cursor !== undefined && { cursor }),
          limit: Math.min(limit, 500),
        });
        context.answer(changes, () => [
          ...formatTable(changes.items, [
            { title: 'session', value: ({ session }) => session },
            { title: 'resource', value: ({ resource }) => resource },
            { title: 'key', value: ({ key }) => key },
            { title: 'change', value: ({ kind }) => kind },
          ]),
          `${changes.more ? 'There is more' : 'That is all'}; go on with: --cursor ${changes.cursor}`,
        ]);
      },
    );
}

function formatOf(out: string | undefined): Format {
  if (out?.endsWith('.csv')) return 'csv';
  if (out?.endsWith('.json')) return 'json';
  return out === undefined ? 'table' : 'jsonl';
}

function parseWhere(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, field, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (field === undefined || value === undefined)
        throw new UsageError(`--where takes field=value, not "${text}".`);
      return [field, value];
    }),
  );
}

/** @returns how many there were */
async function writeRecords(
  api: TributaryClient,
  query: RecordsQuery,
  format: Format,
  out: string | undefined,
): Promise<number> {
  const { pipeline } = await import('node:stream/promises');
  let count = 0;
  async function* counted(): AsyncGenerator<RecordView> {
    for await (const record of streamRecords(api, query)) {
      count += 1;
      yield record;
    }
  }
  const lines = { table: tableLines, csv: csvLines, json: jsonText, jsonl: jsonLines }[format](counted());
  async function* withEnds(): AsyncGenerator<string> {
    for await (const line of lines) yield `${line}\n`;
  }
  // `| head` closes our output early; that is no failure.
  const ended = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
  };
  if (out === undefined) await pipeline(withEnds, process.stdout, { end: false }).catch(ended);
  else
    await pipeline(withEnds, createWriteStream(out)).catch((error: NodeJS.ErrnoException) => {
      throw error.syscall === 'open' ? new UsageError(`${out} cannot be written (${error.code}).`) : error;
    });
  return count;
}

type Records = AsyncIterable<RecordView>;
const fieldsOf = (records: readonly RecordView[]): string[] => [
  ...new Set(records.flatMap(({ data }) => Object.keys(data))),
];

async function* jsonLines(records: Records): AsyncGenerator<string> {
  for await (const record of records) yield JSON.stringify(record);
}

/** One JSON array, a record a line; nothing before the first page is there, so that a failure stands alone. */
async function* jsonText(records: Records): AsyncGenerator<string> {
  let start = '[';
  for await (const record of records) {
    yield `${start}${JSON.stringify(record)}`;
    start = ',';
  }
  yield start === '[' ? '[]' : ']';
}

/** The first page decides on the columns; records are of one schema. */
async function* csvLines(records: Records): AsyncGenerator<string> {
  let fields: string[] | undefined;
  for await (const { key, data } of records) {
    if (!fields) {
      fields = fieldsOf([{ data } as RecordView]);
      yield csvLine(['key', ...fields]);
    }
    yield csvLine([key, ...fields.map((field) => data[field])]);
  }
}

async function* tableLines(records: Records): AsyncGenerator<string> {
  const all: RecordView[] = [];
  for await (const record of records) all.push(record);
  const columns = fieldsOf(all).map((field) => ({
    title: field,
    widest: 28,
    ...(all.every(({ data }) => typeof data[field] === 'number') && { align: 'right' as const }),
    value: ({ data }: RecordView) => cell(data[field]),
  }));
  const key = { title: 'key', value: (record: RecordView) => record.key };
  const widest = process.stdout.columns ?? 160;
  let shown = columns.length;
  const lines = () => formatTable(all, [key, ...columns.slice(0, shown)]);
  while (shown > 1 && lines().some((line) => line.length > widest)) shown -= 1;
  yield* lines();
  const hidden = fieldsOf(all).slice(shown);
  if (hidden.length > 0) yield `(not shown: ${hidden.join(', ')}; --format csv or jsonl shows all)`;
}

const cell = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);

function recordLines(record: RecordDetail): string[] {
  return [
    ...formatFacts([
      ['key', record.key],
      ['created in', record.createdIn],
      ['changed in', record.changedIn],
      ['updated', record.updatedAt],
      ['source', `${record.source.batch} row ${record.source.index}`],
      ['versions', record.versions.length],
    ]),
    '',
    ...formatFacts(Object.entries(record.data).map(([name, value]) => [name, cell(value)])),
    '',
    `raw row: ${JSON.stringify(record.raw)}`,
  ];
}
