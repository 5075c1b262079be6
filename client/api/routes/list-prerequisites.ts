import type { Route } from '../deps.ts';
import { findConnection, shownDefinition } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { prerequisiteList } from '../schemas/wizard.ts';
import { prerequisitesOf } from '../wizard.ts';

/** What a person does at the app first, and what of it is marked as done. */
export const listPrerequisites: Route = (api, deps) => {
  const schema = {
    summary: 'List the prerequisites of a connection',
    description: "Those of the app's definition, each with who marked it and when.",
    tags: ['Wizard'],
    params: connectionParams,
    response: { 200: prerequisiteList },
  };
  api.get('/api/connections/:id/prerequisites', { schema, config: { needs: 'view' } }, async ({ params }) => {
    const connection = await findConnection(deps, params.id);
    return { prerequisites: prerequisitesOf(shownDefinition(deps, connection.app), connection) };
  });
};
