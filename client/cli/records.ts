import type { RecordPage, RecordView } from '../api/schemas/records.ts';
import { type Api, path } from './api.ts';

/** Which records. */
export interface RecordsQuery {
  readonly connection: string;
  readonly resource: string;
  /** Equality on fields of the data. */
  readonly where?: Readonly<Record<string, string>>;
  /** At most so many; all if left out. */
  readonly limit?: number;
}

const pageRows = 500;

/** Reads records page by page, in key order. */
export async function* streamRecords(api: Api, query: RecordsQuery): AsyncGenerator<RecordView> {
  const where = Object.entries(query.where ?? {}).map(([field, value]) => [`where.${field}`, value] as const);
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  let after: string | undefined;
  while (left > 0) {
    const { records, next }: RecordPage = await api.get(
      path`/api/connections/${query.connection}/records/${query.resource}`,
      { ...Object.fromEntries(where), limit: Math.min(pageRows, left), after },
    );
    yield* records;
    if (next === null) return;
    left -= records.length;
    after = next;
  }
}
