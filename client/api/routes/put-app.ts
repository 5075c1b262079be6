import { secretContext } from '../../../activities/secret-context.ts';
import type { AppDoc } from '../../../stores/model.ts';
import type { Route } from '../deps.ts';
import { findDefinition } from '../find.ts';
import { type AppBody, app, appBody, appParams } from '../schemas/apps.ts';
import { appView } from '../views/app.ts';

/** Sets address and client of an app. */
export const putApp: Route = (api, deps) => {
  const { stores, secrets, now } = deps;
  const schema = {
    summary: 'Set the address and client of an app',
    description:
      'Takes the place of what was set. The secret is stored encrypted; left out, the stored one stays while address and client id do.',
    tags: ['Apps'],
    params: appParams,
    body: appBody,
    response: { 200: app },
  };
  api.put('/api/apps/:app', { schema }, async ({ params, body }) => {
    const definition = findDefinition(deps, params.app);
    const { baseUrl, clientId, clientSecret } = body;
    const sealed =
      clientSecret === undefined
        ? keptSecret(await stores.apps.get(definition.id), body)
        : secrets.seal(clientSecret, secretContext.app(definition.id));
    const doc: AppDoc = {
      _id: definition.id,
      baseUrl,
      ...(clientId === undefined ? {} : { clientId }),
      ...(sealed === undefined ? {} : { clientSecret: sealed }),
      updatedAt: now(),
    };
    await stores.apps.put(doc);
    return appView(definition, doc);
  });
};

/** A secret stays with the address and client that it was given for: it is never sent elsewhere. */
const keptSecret = (before: AppDoc | null, { baseUrl, clientId }: AppBody) =>
  before?.baseUrl === baseUrl && before.clientId === clientId ? before.clientSecret : undefined;
