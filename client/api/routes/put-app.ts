import { randomBytes } from 'node:crypto';
import { secretContext } from '../../../activities/secret-context.ts';
import type { AppDoc, WebhookSecret } from '../../../stores/model.ts';
import type { Route, RouteDeps } from '../deps.ts';
import { findDefinition } from '../find.ts';
import { type AppBody, app, appBody, appParams } from '../schemas/apps.ts';
import { appView } from '../views/app.ts';

/** The newest one and two that it takes the place of, so that a rotation loses no webhook. */
const maxWebhookSecrets = 3;

/** Sets address and client of an app. */
export const putApp: Route = (api, deps) => {
  const { stores, secrets, now, egress } = deps;
  const schema = {
    summary: 'Set the address and client of an app',
    description:
      'Takes the place of what was set, webhook secrets excepted: a new one is added. The client secret is stored encrypted; left out, the stored one stays while address and client id do.',
    tags: ['Apps'],
    params: appParams,
    body: appBody,
    response: { 200: app },
  };
  api.put('/api/apps/:app', { schema, config: { needs: 'change' } }, async ({ params, body }) => {
    const definition = findDefinition(deps, params.app);
    const { baseUrl, clientId, clientSecret, scopes } = body;
    if (baseUrl !== undefined) egress.check(baseUrl);
    const doc = await stores.apps.change(definition.id, (before) => {
      const sealed =
        clientSecret === undefined
          ? keptSecret(before, body)
          : secrets.seal(clientSecret, secretContext.app(definition.id));
      const webhookSecrets = withSecret(deps, definition.id, before, body.webhookSecret);
      return {
        _id: definition.id,
        baseUrl: baseUrl ?? null,
        ...(clientId === undefined ? {} : { clientId }),
        ...(sealed === undefined ? {} : { clientSecret: sealed }),
        ...(scopes === undefined ? {} : { scopes }),
        ...(webhookSecrets.length === 0 ? {} : { webhookSecrets }),
        updatedAt: now(),
      };
    });
    return appView(deps, definition, doc);
  });
};

/** A secret stays with the address and client that it was given for: it is never sent elsewhere. */
const keptSecret = (before: AppDoc | null, { baseUrl, clientId }: AppBody) =>
  before?.baseUrl === (baseUrl ?? null) && before.clientId === clientId ? before.clientSecret : undefined;

/** The webhook secrets with a new one before them; one that is there already is not added again. */
function withSecret(
  { secrets, now }: RouteDeps,
  app: string,
  before: AppDoc | null,
  added: string | undefined,
): readonly WebhookSecret[] {
  const kept = before?.webhookSecrets ?? [];
  const contextOf = (id: string) => secretContext.webhook('app', app, id);
  if (added === undefined || kept.some(({ id, secret }) => secrets.open(secret, contextOf(id)) === added))
    return kept;
  const id = randomBytes(4).toString('hex');
  const newest = { id, secret: secrets.seal(added, contextOf(id)), createdAt: now() };
  return [newest, ...kept].slice(0, maxWebhookSecrets);
}
