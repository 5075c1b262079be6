import { TributaryError } from '../../domain/errors.ts';
import type { DeliveryRow } from '../contract.ts';
import type { Sender } from './delivery.ts';
import { anyOf } from './formula.ts';
import { type AirtableRecord, recordsOf } from './tables.ts';

/** A record to be deleted, and the row that says so. */
interface Doomed {
  readonly key: string;
  readonly id: string;
}

/** Airtable deletes by record id only, so that up to ten rows are looked up first, by one formula. */
export async function deleteRows(sender: Sender, rows: readonly DeliveryRow[]): Promise<void> {
  const { keyField } = sender.target;
  const keyOf = ({ fields, key }: DeliveryRow): string | number => {
    const value = fields[keyField];
    return typeof value === 'number' ? value : String(value ?? key);
  };
  const { records, requestId } = await lookUp(sender, rows.map(keyOf));
  const doomed: Doomed[] = [];
  for (const row of rows) {
    const { key } = row;
    // A formula's equality may be laxer than ours.
    const same = records.filter(({ fields }) => fields[keyField] === keyOf(row));
    if (same[0] === undefined) sender.told({ key, outcome: 'delivered', requestId });
    else if (same.length === 1) doomed.push({ key, id: same[0].id });
    else
      sender.told({
        ...{ key, outcome: 'rejected', code: 'KEY_NOT_UNIQUE', requestId },
        message: `${same.length} records of the table have this key, so none was deleted.`,
      });
  }
  if (doomed.length > 0) await remove(sender, doomed);
}

async function lookUp(sender: Sender, values: readonly (string | number)[]) {
  const { keyField, object } = sender.target;
  const filterByFormula = anyOf(keyField, values);
  const records: AirtableRecord[] = [];
  let offset: unknown;
  let requestId: string | null = null;
  do {
    // By POST, because ten keys may be longer than an address may.
    const body = { filterByFormula, fields: [keyField], ...(offset === undefined ? {} : { offset }) };
    const answer = await sender.ask({ method: 'POST', body }, '/listRecords');
    if (answer.refused)
      throw new TributaryError(
        'DESTINATION_BAD_ANSWER',
        `Airtable did not look rows up in "${object}". ${answer.code}: ${answer.message}`,
        { airtable: answer.code },
      );
    records.push(...recordsOf(answer));
    ({ offset } = answer.body);
    ({ requestId } = answer);
  } while (typeof offset === 'string');
  return { records, requestId };
}

async function remove(sender: Sender, doomed: readonly Doomed[]): Promise<void> {
  const answer = await sender.ask({ method: 'DELETE', query: { records: doomed.map(({ id }) => id) } });
  const { requestId } = answer;
  if (!answer.refused) for (const { key } of doomed) sender.told({ key, outcome: 'delivered', requestId });
  else if (doomed.length > 1) for (const one of doomed) await remove(sender, [one]);
  else
    for (const { key } of doomed)
      sender.told(
        // Somebody else deleted it since it was looked up.
        /_NOT_FOUND$|^ROW_DOES_NOT_EXIST$/.test(answer.code)
          ? { key, outcome: 'delivered', requestId }
          : { key, outcome: 'rejected', code: answer.code, message: answer.message, requestId },
      );
}
