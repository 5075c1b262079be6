import type { Route } from '../deps.ts';
import { quarantineOfConnection, quarantineOfSync, rowView } from '../quarantine.ts';
import { quarantinedDetail, quarantinedParams, quarantinedSyncParams } from '../schemas/quarantine.ts';

const common = { response: { 200: quarantinedDetail } };
const description =
  'The payload is redacted, whoever looks: fields that the definition or the settings drop or hash, and what looks like a secret.';

/** One row that a session could not take. */
export const getConnectionQuarantined: Route = (api, deps) => {
  const summary = 'Show a row in the quarantine of a connection';
  const schema = { ...common, summary, description, tags: ['Quarantine'], params: quarantinedParams };
  api.get(
    '/api/connections/:id/quarantine/:row',
    { schema, config: { needs: 'readData' } },
    async ({ params }) => {
      const { payload, ...row } = await (await quarantineOfConnection(deps, params.id)).row(params.row);
      return { ...rowView(row), payload };
    },
  );
};

/** One row that a sync could not deliver. */
export const getSyncQuarantined: Route = (api, deps) => {
  const summary = 'Show a row in the quarantine of a sync';
  const schema = { ...common, summary, description, tags: ['Quarantine'], params: quarantinedSyncParams };
  api.get('/api/syncs/:id/quarantine/:row', { schema, config: { needs: 'readData' } }, async ({ params }) => {
    const { payload, ...row } = await (await quarantineOfSync(deps, params.id)).row(params.row);
    return { ...rowView(row), payload };
  });
};
