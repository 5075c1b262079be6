import type { Db, Document } from 'mongodb';
import { deliveredRow } from './sync-scene.ts';

const rowsPerWrite = 5_000;

/**
 * The least that any tool has to do: upsert documents that it has in memory, by their key. They are made beforehand.
 * @returns seconds
 */
export async function rawSeconds(db: Db, rows: number): Promise<number> {
  const collection = db.collection<Document & { _id: string }>('raw-loop');
  const docs = Array.from({ length: rows }, (_, n) => ({ _id: `r${n}`, replacement: deliveredRow(n) }));
  const began = performance.now();
  for (let from = 0; from < rows; from += rowsPerWrite) {
    const upserts = docs
      .slice(from, from + rowsPerWrite)
      .map(({ _id, replacement }) => ({ replaceOne: { filter: { _id }, replacement, upsert: true } }));
    await collection.bulkWrite(upserts, { ordered: false });
  }
  const seconds = (performance.now() - began) / 1000;
  await collection.drop();
  return seconds;
}
