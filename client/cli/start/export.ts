import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RecordView } from '../../api/schemas/records.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { streamRecords } from '../records.ts';
import { companies, connectionOf, resource } from './companies.ts';

/** What was written. */
export interface Exported {
  readonly file: string;
  readonly records: number;
  /** The first records of the first company. */
  readonly samples: readonly RecordView[];
}

const samplesShown = 3;

/** Writes the records of all companies to `folder` as JSON lines, read through the API; replaces the file. */
export async function exportRecords(api: TributaryClient, folder: string): Promise<Exported> {
  const file = join(folder, `storefront-${resource}.jsonl`);
  const samples: RecordView[] = [];
  let records = 0;
  async function* lines(): AsyncGenerator<string> {
    for (const company of companies) {
      const connection = connectionOf(company);
      for await (const record of streamRecords(api, { connection, resource })) {
        if (samples.length < samplesShown) samples.push(record);
        records += 1;
        yield `${JSON.stringify({ connection, key: record.key, ...record.data })}\n`;
      }
    }
  }
  await mkdir(folder, { recursive: true });
  await pipeline(Readable.from(lines()), createWriteStream(file));
  return { file, records, samples };
}
