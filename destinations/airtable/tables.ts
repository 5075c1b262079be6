import { TributaryError } from '../../domain/errors.ts';
import type { DeliveryTarget } from '../contract.ts';
import type { AirtableClient, Answered, OpenAirtable, Question } from './client.ts';
import type { Refused } from './errors.ts';
import { type AirtableTable, fieldToMake, misfit } from './fields.ts';

/** A base's tables with their fields, by the metadata API. */
export async function readTables(
  { ask }: AirtableClient,
  base: string,
  signal: AbortSignal,
): Promise<readonly AirtableTable[]> {
  const answer = await ask({ method: 'GET', path: `/bases/${base}/tables`, of: 'meta' }, signal);
  if (answer.refused) throw gone(`There is no base ${base} that the token reaches.`, answer);
  const { tables } = answer.body;
  if (!Array.isArray(tables))
    throw new TributaryError('DESTINATION_BAD_ANSWER', 'The answer of the metadata API has no tables.');
  return tables as AirtableTable[];
}

export const findTable = (tables: readonly AirtableTable[], object: string): AirtableTable | undefined =>
  tables.find(({ id }) => id === object) ?? tables.find(({ name }) => name === object);

/** What the table lacks of a target. */
export function compare(table: AirtableTable, target: DeliveryTarget, typecast: boolean) {
  const missing = target.fields.filter(({ name }) => !table.fields.some((field) => field.name === name));
  const problems = target.fields.flatMap((field) => {
    const there = table.fields.find(({ name }) => name === field.name);
    if (there === undefined) return [];
    return misfit(field, there, { isKey: field.name === target.keyField, typecast }) ?? [];
  });
  return { missing, problems };
}

/** What cannot be, whatever the table is. */
export function problemsOf({ fields, keyField }: DeliveryTarget): string[] {
  const key = fields.find(({ name }) => name === keyField);
  if (key === undefined) return [`The key field "${keyField}" is not among the fields.`];
  if (['text', 'number', 'integer'].includes(key.type)) return [];
  return [`The key field "${keyField}" is a ${key.type}; Airtable finds rows by a text or a number.`];
}

/** Makes the table or the fields that are missing. @throws {TributaryError} DESTINATION_REFUSED and as `ask` */
export async function makeMissing(
  client: AirtableClient,
  { configuration, signal }: OpenAirtable,
  target: DeliveryTarget,
): Promise<void> {
  const tablesPath = `/bases/${configuration.base}/tables`;
  const make = async (question: Pick<Question, 'path' | 'body'>): Promise<void> => {
    const answer = await client.ask({ method: 'POST', of: 'meta', ...question }, signal);
    // Another one made it meanwhile.
    if (answer.refused && !/^DUPLICATE_/.test(answer.code))
      throw new TributaryError('DESTINATION_REFUSED', `Airtable did not make it. ${answer.message}`, {
        airtable: answer.code,
      });
  };
  const found = findTable(await readTables(client, configuration.base, signal), target.object);
  const isKey = (name: string): boolean => name === target.keyField;
  if (found === undefined) {
    // A table's first field is the one by which it shows its records.
    const fields = target.fields
      .toSorted((one, other) => Number(isKey(other.name)) - Number(isKey(one.name)))
      .map((field) => fieldToMake(field, isKey(field.name)));
    return make({ path: tablesPath, body: { name: target.object, fields } });
  }
  for (const field of compare(found, target, configuration.typecast).missing)
    await make({
      path: `${tablesPath}/${found.id}/fields`,
      body: fieldToMake(field, isKey(field.name)),
    });
}

export const gone = (message: string, { code }: Pick<Refused, 'code'>): TributaryError =>
  new TributaryError('DESTINATION_GONE', message, { airtable: code });

/** The records of an answer. @throws {TributaryError} DESTINATION_BAD_ANSWER */
export function recordsOf({ body }: Answered): readonly AirtableRecord[] {
  const { records } = body;
  if (!Array.isArray(records))
    throw new TributaryError('DESTINATION_BAD_ANSWER', 'The answer of Airtable has no records.');
  return records as AirtableRecord[];
}

export interface AirtableRecord {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
}
