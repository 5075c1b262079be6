import { TributaryError } from '../../domain/errors.ts';
import type { Delivery, DeliveryRow, DeliveryTarget, RowOutcome } from '../contract.ts';
import { cellsOf } from './cells.ts';
import type { AirtableClient, Answered, OpenAirtable, Question } from './client.ts';
import { deleteRows } from './deletes.ts';
import type { Refused } from './errors.ts';
import { findTable, gone, readTables, recordsOf } from './tables.ts';

/** Airtable takes so many records of one request. */
export const rowsPerRequest = 10;
/** An answer may take longer than the time between two turns: so many requests are on their way at once. */
const lanes = 4;
export const rowBytes = 100 * 1024;

/** What rows are sent with. */
export interface Sender {
  readonly target: DeliveryTarget;
  readonly ask: (question: Omit<Question, 'path' | 'of'>, below?: string) => Promise<Answered | Refused>;
  readonly told: (outcome: RowOutcome) => void;
}

/** Delivers by upsert on the key field. The table is known by its id, so that it may be renamed meanwhile. */
export function createDelivery(
  client: AirtableClient,
  { configuration }: OpenAirtable,
  target: DeliveryTarget,
  tableId: string,
): Delivery {
  /** What cut an earlier write short, after some of its rows were delivered. */
  let failure: unknown;

  const askTable =
    (signal: AbortSignal): Sender['ask'] =>
    async (question, below = '') => {
      try {
        const answer = await client.ask({ ...question, path: `/${tableId}${below}` }, signal);
        if (answer.refused && answer.status === 404)
          throw gone(`The Airtable table "${target.object}" is no longer there.`, answer);
        return answer;
      } catch (error) {
        throw await explained(error, signal);
      }
    };

  /** Airtable has one answer for a table that is gone and one that is not allowed; the list of tables tells. */
  const explained = async (error: unknown, signal: AbortSignal): Promise<unknown> => {
    if (!(error instanceof TributaryError) || error.code !== 'DESTINATION_REFUSED') return error;
    if (error.details.airtable !== 'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND') return error;
    try {
      const tables = await readTables(client, configuration.base, signal);
      if (findTable(tables, tableId) !== undefined) return error;
    } catch {
      return error;
    }
    return gone(`The Airtable table "${target.object}" is no longer there.`, {
      code: 'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND',
    });
  };

  const upsert = async (sender: Sender, rows: readonly DeliveryRow[]): Promise<void> => {
    const records = rows.map(({ fields }) => ({ fields: cellsOf(fields, target.fields) }));
    const answer = await sender.ask({
      method: 'PATCH',
      body: {
        performUpsert: { fieldsToMergeOn: [target.keyField] },
        typecast: configuration.typecast,
        records,
      },
    });
    if (!answer.refused) {
      if (recordsOf(answer).length !== rows.length)
        throw new TributaryError(
          'DESTINATION_BAD_ANSWER',
          `Airtable answered with ${recordsOf(answer).length} records to ${rows.length} rows.`,
        );
      for (const { key } of rows) sender.told({ key, outcome: 'delivered', requestId: answer.requestId });
      return;
    }
    const [only] = rows;
    if (rows.length === 1 && only !== undefined) {
      const { code, message, requestId } = answer;
      sender.told({ key: only.key, outcome: 'rejected', code, message, requestId });
      return;
    }
    // It does not say which of them it means, and has stored none.
    const half = Math.ceil(rows.length / 2);
    await upsert(sender, rows.slice(0, half));
    await upsert(sender, rows.slice(half));
  };

  return {
    async write(rows, { signal }) {
      if (failure !== undefined) throw failure;
      signal.throwIfAborted();
      const outcomes: RowOutcome[] = [];
      const told = (outcome: RowOutcome): void => void outcomes.push(outcome);
      // One that fails ends the others: nothing is asked of a destination that is not there.
      const stop = new AbortController();
      const sender: Sender = { target, ask: askTable(AbortSignal.any([signal, stop.signal])), told };
      const small = rows.filter((row) => fits(row, told));
      const work = [
        ...inTens(small.filter(({ action }) => action === 'delete')).map(
          (part) => () => deleteRows(sender, part),
        ),
        ...inTens(small.filter(({ action }) => action !== 'delete')).map(
          (part) => () => upsert(sender, part),
        ),
      ];
      const lane = async (): Promise<void> => {
        for (let next = work.shift(); next !== undefined && failure === undefined; next = work.shift())
          try {
            await next();
          } catch (error) {
            failure ??= error;
            stop.abort(error);
          }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
      if (failure !== undefined && outcomes.length === 0) throw failure;
      return outcomes;
    },
    async finish() {
      if (failure !== undefined) throw failure;
      return [];
    },
    async close() {},
  };
}

function fits({ key, fields }: DeliveryRow, told: Sender['told']): boolean {
  const bytes = Buffer.byteLength(JSON.stringify(fields));
  if (bytes <= rowBytes) return true;
  const message = `The row has ${bytes} bytes; Airtable takes ${rowBytes} (100 KB).`;
  told({ key, outcome: 'rejected', code: 'ROW_TOO_LARGE', message, requestId: null });
  return false;
}

function inTens(rows: readonly DeliveryRow[]): (readonly DeliveryRow[])[] {
  const parts: (readonly DeliveryRow[])[] = [];
  for (let start = 0; start < rows.length; start += rowsPerRequest)
    parts.push(rows.slice(start, start + rowsPerRequest));
  return parts;
}
