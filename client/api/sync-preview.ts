import { compileFilter, compileMapping } from '../../activities/sync/mapping/compile.ts';
import { compileKey } from '../../activities/sync/open.ts';
import type { RouteDeps } from './deps.ts';
import type { Preview } from './schemas/syncs.ts';
import type { SoundModel } from './sync-input.ts';

/** A filter that finds little is not looked for in more records than these. */
const mostLooked = 20_000;

/** The first rows of a model as they would be delivered. Nothing is asked of the destination. */
export async function previewRows(
  { stores }: Pick<RouteDeps, 'stores'>,
  { connection, resource, model, mapping, keyField }: SoundModel,
  limit: number,
): Promise<Pick<Preview, 'rows' | 'looked' | 'more'>> {
  const passes = compileFilter(model);
  const map = compileMapping(mapping, keyField);
  const keyOf = compileKey({ keyField, mapping });
  const rows: Preview['rows'] = [];
  let looked = 0;
  const records = stores.records.of(connection._id, connection.generation, resource.id);
  for await (const { _id: key, data } of records.stream({ data: 1 })) {
    if (rows.length >= limit || looked >= mostLooked) return { rows, looked, more: true };
    looked += 1;
    if (!passes(data)) continue;
    const named = keyOf(key);
    const mapped = map(data);
    if ('why' in named)
      rows.push({ key, fields: null, fault: { code: 'KEY_DOES_NOT_FIT', message: named.why } });
    else if ('fault' in mapped) rows.push({ key, fields: null, fault: mapped.fault });
    else rows.push({ key, fields: { [keyField]: named.value, ...mapped.fields }, fault: null });
  }
  return { rows, looked, more: false };
}
