import {
  type AnyBulkWriteOperation,
  BSON,
  type Collection,
  type Document,
  MongoBulkWriteError,
  MongoInvalidArgumentError,
  MongoServerError,
} from 'mongodb';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import {
  duplicateKey,
  insertDocuments,
  mostInsertBytes,
  type RefusedDocument,
} from '../../platform/insert-documents.ts';
import { unlessAborted } from '../abort.ts';
import type { Delivery, DeliveryRow, DeliveryTarget, RowOutcome } from '../contract.ts';
import { ownWords, tooLarge } from '../words.ts';
import { failureOf, isPassing } from './failures.ts';

/** Bytes of one document at most. */
export const mostBytes = 16 * 1024 * 1024;
/** Of the key and the write around the document. */
const aroundBytes = 1024;
/** BSON of a character of JSON: in a long list a digit and its comma become a type, a name of its place and a number. */
const mostBytesOfChar = 7;

/** Documents have their key, a text, as `_id`. */
interface Row extends Document {
  readonly _id: string;
}

/**
 * Writes rows in unordered bulks: keys are different within a call, so their order does not count. New ones are
 * inserted, which costs a third of an upsert; what turns out to be there already is upserted.
 */
export function createDelivery(
  collection: Collection<Row>,
  target: DeliveryTarget,
  release: () => Promise<void>,
): Delivery {
  const { documentOf, upsertOf } = formsOf(target);
  /** Until a call shows that the collection had most of its rows. */
  let inserts = true;
  /** Rows that stand without an outcome, for a reason that is not theirs: told at the end. */
  let unconfirmed: unknown;

  async function write(
    rows: readonly DeliveryRow[],
    signal: AbortSignal,
    inserting: boolean,
  ): Promise<RowOutcome[]> {
    try {
      const fresh = inserting ? rows.filter(({ action }) => action === 'insert') : [];
      const others = inserting ? rows.filter(({ action }) => action !== 'insert') : rows;
      const { outcomes, there } = await insert(fresh, signal);
      if (there.length > 0) inserts = there.length < rows.length / 2;
      const all = [...outcomes, ...(await upsert([...others, ...there], signal))];
      if (all.length === 0) throw unconfirmed;
      return all;
    } catch (error) {
      if (error instanceof MongoInvalidArgumentError && /larger than the maximum/.test(error.message))
        return writeSmall(rows, signal);
      throw failureOf(error);
    }
  }

  /** @returns also the rows that were there already: an attempt that died sent them, or others did */
  async function insert(
    rows: readonly DeliveryRow[],
    signal: AbortSignal,
  ): Promise<{ readonly outcomes: RowOutcome[]; readonly there: readonly DeliveryRow[] }> {
    if (rows.length === 0) return { outcomes: [], there: [] };
    const refused = await unlessAborted(insertDocuments(collection, rows.map(documentOf)), signal);
    if (refused.length === 0) return { outcomes: rows.map(delivered), there: [] };
    const met = new Set(refused.filter(({ code }) => code === duplicateKey).map(({ index }) => index));
    return {
      outcomes: outcomesOf(rows, refused, met),
      there: rows.filter((_, index) => met.has(index)),
    };
  }

  async function upsert(rows: readonly DeliveryRow[], signal: AbortSignal): Promise<RowOutcome[]> {
    if (rows.length === 0) return [];
    try {
      await unlessAborted(collection.bulkWrite(rows.map(upsertOf), { ordered: false }), signal);
      return rows.map(delivered);
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError)) throw error;
      const refused = [error.writeErrors].flat();
      // Without errors of rows the whole command failed, or nobody knows whether the set keeps what was written.
      if (refused.length === 0 || error.result.getWriteConcernError() !== undefined) throw error;
      return outcomesOf(rows, refused);
    }
  }

  /** The driver sends nothing when one is too large, so sizes are looked at only then. */
  async function writeSmall(rows: readonly DeliveryRow[], signal: AbortSignal): Promise<RowOutcome[]> {
    const sized = rows.map((row) => ({
      row,
      bytes: BSON.calculateObjectSize(row.fields as Document) + aroundBytes,
    }));
    const small = sized.filter(({ bytes }) => bytes <= mostBytes).map(({ row }) => row);
    if (small.length === rows.length)
      throw new TributaryError('DESTINATION_BAD_ANSWER', 'The MongoDB takes less than its usual 16 MB.');
    const large = sized.filter(({ bytes }) => bytes > mostBytes);
    return [
      ...large.map(({ row, bytes }) => rejected(row, 'TOO_LARGE', tooLarge(bytes, mostBytes))),
      ...(small.length === 0 ? [] : await write(small, signal, false)),
    ];
  }

  /** @param open Indexes of rows that are sent once more. */
  function outcomesOf(
    rows: readonly DeliveryRow[],
    refused: readonly RefusedDocument[],
    open: ReadonlySet<number> = new Set(),
  ): RowOutcome[] {
    const byRow = new Map(refused.map((one) => [one.index, one]));
    return rows.flatMap((row, index) => {
      if (open.has(index)) return [];
      const fault = byRow.get(index);
      if (fault === undefined) return [delivered(row)];
      if (!isPassing(fault.code)) return [rejected(row, String(fault.code), messageOf(fault))];
      unconfirmed = failureOf(new MongoServerError({ code: fault.code, message: messageOf(fault) }));
      return [];
    });
  }

  return {
    // The server works while the next commands are made, and no row waits for the way there and back.
    callsAtOnce: 4,
    write: async (rows, { signal, chars = Number.POSITIVE_INFINITY }) => {
      signal.throwIfAborted();
      const fits = chars * mostBytesOfChar <= mostInsertBytes;
      return rows.length === 0 ? [] : write(rows, signal, inserts && fits);
    },
    finish: async () => {
      if (unconfirmed !== undefined) throw unconfirmed;
      return [];
    },
    close: release,
  };
}

const delivered = ({ key }: DeliveryRow): RowOutcome => ({ key, outcome: 'delivered', requestId: null });

const rejected = ({ key }: DeliveryRow, code: string, message: string): RowOutcome => ({
  key,
  outcome: 'rejected',
  code,
  message: ownWords(message),
  requestId: null,
});

/** A validator's details say which rule failed. */
const messageOf = ({ errmsg, errInfo }: RefusedDocument): string =>
  `${errmsg ?? ''}${errInfo === undefined ? '' : ` ${JSON.stringify(errInfo)}`}`;

/** What a row is in a command. */
function formsOf({ keyField, fields }: DeliveryTarget) {
  const times = fields.filter(({ type, name }) => type === 'datetime' && name !== keyField);
  const timeNames = times.map(({ name }) => name);
  const valuesOf = (given: JsonObject): Document =>
    timeNames.length === 0 ? given : withTimes(given, timeNames);
  const documentOf = ({ key, fields: given }: DeliveryRow): Row => ({ ...valuesOf(given), _id: key });
  const upsertOf = ({ key, action, fields: given }: DeliveryRow): AnyBulkWriteOperation<Row> => {
    if (action === 'delete') return { deleteOne: { filter: { _id: key } } };
    const values = valuesOf(given);
    // Only what the sync maps is set: other fields of the document belong to others.
    if (keyField !== '_id')
      return { updateOne: { filter: { _id: key }, update: { $set: values }, upsert: true } };
    const { _id, ...others } = values;
    const update = Object.keys(others).length === 0 ? { $setOnInsert: { _id: key } } : { $set: others };
    return { updateOne: { filter: { _id: key }, update, upsert: true } };
  };
  return { documentOf, upsertOf };
}

/** Points in time as dates of MongoDB; a text that is none stays a text. */
function withTimes(fields: JsonObject, names: readonly string[]): Document {
  const result: Document = { ...fields };
  for (const name of names) {
    const value = fields[name];
    const date = typeof value === 'string' ? new Date(value) : undefined;
    if (date !== undefined && !Number.isNaN(date.getTime())) result[name] = date;
  }
  return result;
}
