import type { Route } from '../deps.ts';
import { syncRecordPage, syncRecordsQuery } from '../schemas/sync-runs.ts';
import { syncParams } from '../schemas/syncs.ts';
import { findSync } from '../sync-calls.ts';
import { syncRecordView } from '../views/sync-run.ts';

/** What became of each row of a sync. */
export const listSyncRecords: Route = (api, deps) => {
  const schema = {
    summary: 'List the rows of a sync with their outcome',
    description:
      "In key order, with the destination's own words and request id where it refused a row. With `status` or `run` the store looks at every row.",
    tags: ['Syncs'],
    params: syncParams,
    querystring: syncRecordsQuery,
    response: { 200: syncRecordPage },
  };
  api.get('/api/syncs/:id/records', { schema, config: { needs: 'readData' } }, async ({ params, query }) => {
    const { sync } = await findSync(deps, params.id);
    const rows = deps.stores.syncRecords.of(sync._id);
    const { status, key, run, limit, after } = query;
    if (key !== undefined) {
      const found = await rows.get(key);
      return { records: found === null ? [] : [syncRecordView(found)], next: null };
    }
    const found = await rows.page(
      { status, run },
      {
        limit: limit + 1,
        ...(after === undefined ? {} : { after }),
      },
    );
    const shown = found.slice(0, limit);
    return {
      records: shown.map(syncRecordView),
      next: found.length > limit ? (shown.at(-1)?._id ?? null) : null,
    };
  });
};
