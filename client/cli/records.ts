import type { RecordPage, RecordView } from '../api/schemas/records.ts';
import type { TributaryClient } from '../tributary-client.ts';

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
export async function* streamRecords(api: TributaryClient, query: RecordsQuery): AsyncGenerator<RecordView> {
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  let after: string | undefined;
  while (left > 0) {
    const { records, next }: RecordPage = await api.listRecords(query.connection, query.resource, {
      ...(query.where && { where: query.where }),
      ...(after !== undefined && { after }),
      limit: Math.min(pageRows, left),
    });
    yield* records;
    if (next === null) return;
    left -= records.length;
    after = next;
  }
}
