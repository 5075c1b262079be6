import type { Route } from '../deps.ts';
import { appList } from '../schemas/apps.ts';
import { appView } from '../views/app.ts';

/** Every connector definition, and whether it is set up here. */
export const listApps: Route = (api, deps) => {
  const { stores, definitions } = deps;
  const schema = {
    summary: 'List the apps',
    description: 'Every connector definition, and whether address and client are set here.',
    tags: ['Apps'],
    response: { 200: appList },
  };
  api.get('/api/apps', { schema, config: { needs: 'view', withinCompanies: true } }, async () => {
    const docs = new Map((await stores.apps.list()).map((doc) => [doc._id, doc]));
    return { apps: [...definitions().values()].map((one) => appView(deps, one, docs.get(one.id) ?? null)) };
  });
};
