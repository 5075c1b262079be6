import { actorOf } from '../caller.ts';
import { compareConnections } from '../company-settings.ts';
import type { Route } from '../deps.ts';
import { companyChanged, companyParams, companySettingsBody } from '../schemas/companies.ts';

/** What holds for all connections of a company. */
export const updateCompanySettings: Route = (api, deps) => {
  const schema = {
    summary: 'Change the settings of a company',
    description:
      "With `deduplicateAcrossConnections` records of its connections of one app are compared with each other, where deduplication is on; switched off, what was one across connections comes apart. Sessions that ask the app for nothing do it; where none may start, the connection's next session does.",
    tags: ['Companies'],
    params: companyParams,
    body: companySettingsBody,
    response: { 200: companyChanged },
  };
  api.post('/api/companies/:id/settings', { schema, config: { needs: 'change' } }, async (request) =>
    compareConnections(deps, request.params.id, request.body.deduplicateAcrossConnections, actorOf(request)),
  );
};
