import { readTestPage } from '../../../activities/loading/test-page.ts';
import { defaultLimits } from '../../../activities/ports.ts';
import { TributaryError } from '../../../domain/errors.ts';
import type { Route } from '../deps.ts';
import { findDefinition, findResource } from '../find.ts';
import { connectionParams, slug } from '../schemas/common.ts';
import { testedPage } from '../schemas/sessions.ts';
import { driftView } from '../views/session.ts';

/** A person waits for it. */
const longestMs = 45_000;

/** Reads one page of a resource as a session would, and says how each row would fare. Nothing is stored. */
export const testResource: Route = (api, deps) => {
  const schema = {
    summary: 'Test a resource with one page',
    description:
      'Reads the first page with the connection’s own grant and judges its rows; the first ten are shown, as they would be stored.',
    tags: ['Connections'],
    params: connectionParams.extend({
      resource: slug.describe('Resource id').meta({ examples: ['orders'] }),
    }),
    response: { 200: testedPage },
  };
  api.post(
    '/api/connections/:id/resources/:resource/test',
    { schema, config: { needs: 'change' } },
    async ({ params }) => {
      const connection = await findResource(deps, params.id, params.resource);
      if (!connection.authorized || connection.ownCode !== null)
        throw new TributaryError(
          'CONNECTION_NOT_READY',
          `Connection ${connection._id} has no valid grant: authorize it.`,
          { reason: 'NOT_AUTHORIZED', current: connection.status },
        );
      const { stores, secrets, egress, sources } = deps;
      const ports = {
        stores,
        secrets,
        egress,
        definition: (app: string) => findDefinition(deps, app),
        limits: defaultLimits,
        ...(sources === undefined ? {} : { sources }),
      };
      const page = await readTestPage(ports, connection, params.resource, AbortSignal.timeout(longestMs));
      const { drift } = page;
      return {
        ...page,
        drift: driftView(drift) ?? { class: 'none' as const, added: [], removed: [], retyped: [] },
      };
    },
  );
};
