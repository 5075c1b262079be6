import { TributaryError } from '../../domain/errors.ts';
import type { Delivery, DeliveryRow, DeliveryTarget, RowOutcome, WriteOptions } from '../contract.ts';
import { tooLarge } from '../words.ts';
import { judge, rejectedBy } from './answer.ts';
import { type Post, requestIdOf } from './request.ts';

/** Bytes of one row at most, as JSON. */
export const mostRowBytes = 1_000_000;
/** Bytes of the rows of one request at most, as JSON. */
const mostRequestBytes = 4_000_000;

/** A row, and how it stands in the body. */
interface Written {
  readonly row: DeliveryRow;
  readonly json: string;
  readonly bytes: number;
}

/** Posts rows in batches, one after the other, and halves a refused batch until the guilty row stands alone. */
export function createDelivery(target: DeliveryTarget, post: Post, rowsPerRequest: number): Delivery {
  /** What failed after outcomes were known: told by the next call, since they are told by this one. */
  let failed: unknown;

  async function send(rows: readonly Written[], options: WriteOptions, found: RowOutcome[]): Promise<void> {
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return;
    const batch = `${options.idempotencyKey}/${first.row.key}/${last.row.key}/${rows.length}`;
    const id = requestIdOf(batch);
    const head = `{"syncId":${JSON.stringify(target.syncId)},"batch":${JSON.stringify(id)},"rows":[`;
    const answer = await post(id, `${head}${rows.map(({ json }) => json).join()}]}`, options.signal);
    const judged = judge(
      answer,
      rows.map(({ row }) => row),
    );
    if (judged !== 'reject') {
      found.push(...judged.outcomes);
      const silent = rows.length - judged.outcomes.length;
      if (silent > 0)
        throw new TributaryError(
          'DESTINATION_BAD_ANSWER',
          `The receiver gave results without ${silent} of the rows that it was sent.`,
        );
    } else if (rows.length === 1) {
      found.push(rejectedBy(answer, first.row));
    } else {
      const middle = Math.ceil(rows.length / 2);
      await send(rows.slice(0, middle), options, found);
      await send(rows.slice(middle), options, found);
    }
  }

  return {
    write: async (rows, options) => {
      if (failed !== undefined) throw failed;
      options.signal.throwIfAborted();
      const written = rows.map(asJson);
      const found = written.flatMap(({ row, bytes }) => (bytes > mostRowBytes ? [large(row, bytes)] : []));
      const small = written.filter(({ bytes }) => bytes <= mostRowBytes);
      try {
        for (const batch of batchesOf(small, rowsPerRequest)) await send(batch, options, found);
      } catch (error) {
        if (found.length === 0) throw error;
        failed = error;
      }
      return found;
    },
    finish: async () => {
      if (failed !== undefined) throw failed;
      return [];
    },
    close: async () => undefined,
  };
}

function asJson(row: DeliveryRow): Written {
  const json = JSON.stringify({ key: row.key, action: row.action, fields: row.fields });
  return { row, json, bytes: Buffer.byteLength(json) };
}

const large = ({ key }: DeliveryRow, bytes: number): RowOutcome => ({
  key,
  outcome: 'rejected',
  code: 'TOO_LARGE',
  message: tooLarge(bytes, mostRowBytes),
  requestId: null,
});

function* batchesOf(rows: readonly Written[], most: number): Generator<readonly Written[]> {
  let batch: Written[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (batch.length === most || (batch.length > 0 && bytes + row.bytes > mostRequestBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += row.bytes;
  }
  if (batch.length > 0) yield batch;
}
