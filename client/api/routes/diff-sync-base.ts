import { differenceText } from '../../../domain/sync-base-diff.ts';
import { diffBase } from '../../sync-base/diff.ts';
import type { Route } from '../deps.ts';
import { syncBaseDiff, syncBaseParams } from '../schemas/airtable.ts';
import { findSyncBase, portsOf, withPatience } from '../sync-base-calls.ts';

/** How a SYNC base differs from the store, and why. */
export const diffSyncBase: Route = (api, deps) => {
  const schema = {
    summary: 'Compare a SYNC base with the store',
    description:
      'Reads all its tables once, a call for each hundred rows, and says for each difference why it is there and what becomes of it. Nothing is changed.',
    tags: ['Airtable'],
    params: syncBaseParams,
    response: { 200: syncBaseDiff },
  };
  api.get('/api/airtable/:base/diff', { schema, config: { needs: 'view' } }, async (request) => {
    const doc = await findSyncBase(deps, request.params.base);
    const found = await withPatience((signal) => diffBase(portsOf(deps), doc, deps.now(), signal));
    const { differences, records } = found;
    const count = found.schema.length + differences.length;
    return {
      ...{ base: doc._id, schema: [...found.schema], records },
      differences: differences.map((one) => ({ ...one, text: differenceText(one) })),
      sentence: count === 0 ? 'Both sides are equal.' : `Both sides differ in ${count} places.`,
    };
  });
};
