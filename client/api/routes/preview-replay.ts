import type { Route } from '../deps.ts';
import { previewRoom, quarantineOfConnection, quarantineOfSync } from '../quarantine.ts';
import { connectionParams } from '../schemas/common.ts';
import { preview, quarantineSyncParams, selectionBody } from '../schemas/quarantine.ts';

const common = { body: selectionBody, response: { 200: preview } };

/** What a replay would do with the definition as it is now. */
export const previewConnectionReplay: Route = (api, deps) => {
  const schema = {
    ...common,
    summary: 'Preview a replay of rows of a connection',
    description:
      'Judges the rows by the definition and settings as they are now, and compares them with the records. Nothing is written.',
    tags: ['Quarantine'],
    params: connectionParams,
  };
  api.post(
    '/api/connections/:id/quarantine/preview',
    { schema, config: { needs: 'readData' } },
    async ({ params, body }) => previewRoom(await quarantineOfConnection(deps, params.id), body),
  );
};

/** What a replay would do with the mapping as it is now. */
export const previewSyncReplay: Route = (api, deps) => {
  const schema = {
    ...common,
    summary: 'Preview a replay of rows of a sync',
    description:
      'Maps the records by the mapping as it is now. Nothing is written; whether the destination takes a row only it knows.',
    tags: ['Quarantine'],
    params: quarantineSyncParams,
  };
  api.post(
    '/api/syncs/:id/quarantine/preview',
    { schema, config: { needs: 'readData' } },
    async ({ params, body }) => previewRoom(await quarantineOfSync(deps, params.id), body),
  );
};
