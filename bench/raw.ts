import type { Db } from 'mongodb';
import type { JsonObject } from '../domain/json.ts';
import { pagedCredentials } from '../test/support/paged-app.ts';

const rowsPerWrite = 5_000;

/**
 * The least that any tool has to do: fetch the pages and upsert the rows by their key.
 * @returns rows a second
 */
export async function rawRowsPerSecond(db: Db, url: string, resource: string): Promise<number> {
  const collection = db.collection<{ _id: string }>('raw');
  const headers = { authorization: `Bearer ${pagedCredentials.bearer.token}` };
  const began = performance.now();
  let waiting: JsonObject[] = [];
  let rows = 0;
  const write = async (): Promise<void> => {
    const upserts = waiting.map((row) => ({
      replaceOne: { filter: { _id: String(row.id) }, replacement: { data: row }, upsert: true },
    }));
    rows += waiting.length;
    waiting = [];
    if (upserts.length > 0) await collection.bulkWrite(upserts, { ordered: false });
  };
  for (let cursor: string | null = '0'; cursor !== null; ) {
    const answer = await fetch(`${url}/${resource}?cursor=${cursor}`, { headers });
    const page = (await answer.json()) as { data: JsonObject[]; next: string | null };
    waiting.push(...page.data);
    if (waiting.length >= rowsPerWrite) await write();
    cursor = page.next;
  }
  await write();
  return rows / ((performance.now() - began) / 1000);
}
