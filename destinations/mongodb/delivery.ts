import {
  type AnyBulkWriteOperation,
  BSON,
  type Collection,
  type Document,
  MongoBulkWriteError,
  MongoInvalidArgumentError,
  type WriteError,
} from 'mongodb';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { unlessAborted } from '../abort.ts';
import type { Delivery, DeliveryRow, DeliveryTarget, RowOutcome } from '../contract.ts';
import { ownWords, tooLarge } from '../words.ts';
import { failureOf, isPassing } from './failures.ts';

/** Bytes of one document at most. */
export const mostBytes = 16 * 1024 * 1024;
/** Of the key and the write around the document. */
const aroundBytes = 1024;

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
  const { operationOf, upsertOf } = operationsFor(target);
  /** Until a call shows that the collection had most of its rows. */
  let inserts = true;
  /** Rows that stand without an outcome, for a reason that is not theirs: told at the end. */
  let unconfirmed: unknown;

  async function write(
    rows: readonly DeliveryRow[],
    signal: AbortSignal,
    inserting = inserts,
  ): Promise<RowOutcome[]> {
    try {
      const operations = rows.map(inserting ? operationOf : upsertOf);
      await unlessAborted(collection.bulkWrite(operations, { ordered: false }), signal);
      return rows.map(delivered);
    } catch (error) {
      if (error instanceof MongoInvalidArgumentError && /larger than the maximum/.test(error.message))
        return writeSmall(rows, signal);
      if (!(error instanceof MongoBulkWriteError)) throw failureOf(error);
      const there = inserting ? thereAlready(rows, error) : new Set<number>();
      const outcomes = outcomesOf(rows, error, there);
      if (there.size === 0) return outcomes;
      inserts = there.size < rows.length / 2;
      const again = rows.filter((_, index) => there.has(index));
      return [...outcomes, ...(await write(again, signal, false))];
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
      ...(small.length === 0 ? [] : await write(small, signal)),
    ];
  }

  /** @param open Indexes of rows that are sent once more. */
  function outcomesOf(
    rows: readonly DeliveryRow[],
    error: MongoBulkWriteError,
    open: ReadonlySet<number>,
  ): RowOutcome[] {
    const errors = [error.writeErrors].flat();
    // Without errors of rows the whole command failed, or nobody knows whether the set keeps what was written.
    if (errors.length === 0 || error.result.getWriteConcernError() !== undefined) throw failureOf(error);
    const byRow = new Map(errors.map((one) => [one.index, one]));
    const outcomes = rows.flatMap((row, index) => {
      if (open.has(index)) return [];
      const fault = byRow.get(index);
      if (fault === undefined) return [delivered(row)];
      const code = Number(fault.code);
      if (!isPassing(code)) return [rejected(row, String(code), messageOf(fault))];
      unconfirmed = failureOf(error);
      return [];
    });
    if (outcomes.length === 0 && open.size === 0) throw unconfirmed;
    return outcomes;
  }

  return {
    write: async (rows, { signal }) => {
      signal.throwIfAborted();
      return rows.length === 0 ? [] : write(rows, signal);
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
const messageOf = (fault: WriteError): string =>
  `${fault.errmsg ?? ''}${fault.errInfo === undefined ? '' : ` ${JSON.stringify(fault.errInfo)}`}`;

const duplicateKey = 11000;

/** New rows whose insert met one that was there: an attempt that died sent it, or others did. */
function thereAlready(rows: readonly DeliveryRow[], error: MongoBulkWriteError): ReadonlySet<number> {
  const met = [error.writeErrors].flat().filter(({ code }) => Number(code) === duplicateKey);
  return new Set(met.map(({ index }) => index).filter((index) => rows[index]?.action === 'insert'));
}

type Operation = AnyBulkWriteOperation<Row>;

function operationsFor({ keyField, fields }: DeliveryTarget) {
  const times = fields.filter(({ type, name }) => type === 'datetime' && name !== keyField);
  const timeNames = times.map(({ name }) => name);
  const valuesOf = (given: JsonObject): Document =>
    timeNames.length === 0 ? given : withTimes(given, timeNames);
  const upsertOf = ({ key, action, fields: given }: DeliveryRow): Operation => {
    if (action === 'delete') return { deleteOne: { filter: { _id: key } } };
    const values = valuesOf(given);
    // Only what the sync maps is set: other fields of the document belong to others.
    if (keyField !== '_id')
      return { updateOne: { filter: { _id: key }, update: { $set: values }, upsert: true } };
    const { _id, ...others } = values;
    const update = Object.keys(others).length === 0 ? { $setOnInsert: { _id: key } } : { $set: others };
    return { updateOne: { filter: { _id: key }, update, upsert: true } };
  };
  const operationOf = (row: DeliveryRow): Operation =>
    row.action === 'insert'
      ? { insertOne: { document: { ...valuesOf(row.fields), _id: row.key } } }
      : upsertOf(row);
  return { operationOf, upsertOf };
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
