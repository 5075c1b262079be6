import type { AirtableClient } from './client.ts';
import { recordsOf } from './tables.ts';

/** More would take minutes at Airtable's speed; rows whose key is there twice are rejected one by one anyway. */
const mostPages = 20;
const pageSize = 100;
const mostTold = 5;

/** Sentences about keys that several records of the table have: Airtable cannot tell which one to update. */
export async function duplicateKeys(
  { ask }: AirtableClient,
  tableId: string,
  keyField: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const counts = new Map<unknown, number>();
  let offset: unknown;
  let empty = 0;
  for (let page = 0; page < mostPages; page++) {
    const body = { fields: [keyField], pageSize, ...(offset === undefined ? {} : { offset }) };
    const answer = await ask({ method: 'POST', path: `/${tableId}/listRecords`, body }, signal);
    if (answer.refused) return [];
    for (const { fields } of recordsOf(answer)) {
      const value = fields[keyField];
      if (value === undefined) empty += 1;
      else counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    ({ offset } = answer.body);
    if (typeof offset !== 'string') break;
  }
  const several = [...counts].filter(([, count]) => count > 1);
  const shown = several.slice(0, mostTold).map(([value, count]) => `"${value}" (${count} times)`);
  const more = several.length > mostTold ? ` and ${several.length - mostTold} more` : '';
  return [
    ...(several.length === 0
      ? []
      : [
          `Several records have the same "${keyField}", so rows with it will be rejected: ${shown.join(', ')}${more}.`,
        ]),
    ...(empty === 0 ? [] : [`${empty} records have no "${keyField}"; they are left as they are.`]),
    ...(typeof offset === 'string' ? [`Only the first ${mostPages * pageSize} records were looked at.`] : []),
  ];
}
