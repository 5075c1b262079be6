import { randomBytes } from 'node:crypto';
import { secretContext } from '../../../activities/secret-context.ts';
import { TributaryError } from '../../../domain/errors.ts';
import type { Route } from '../deps.ts';
import { findConnection, findDefinition } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { newWebhookSecret, webhookSecretBody } from '../schemas/webhooks.ts';
import { checkSecret, secretsView } from '../webhooks/secrets.ts';
import { webhooksOf } from '../webhooks/verify.ts';

/** So many are accepted at a time: the newest one, and those that are being replaced. */
const kept = 3;
const secretBytes = 24;

/** Adds a secret to a connection's webhooks. */
export const putWebhookSecret: Route = (api, deps) => {
  const { stores, secrets, now } = deps;
  const schema = {
    summary: "Add a secret of a connection's webhooks",
    description:
      'Given, or made here and shown this once. The two before it stay valid until they are removed, so that a secret can be replaced while webhooks come.',
    tags: ['Webhooks'],
    params: connectionParams,
    body: webhookSecretBody,
    response: { 200: newWebhookSecret },
  };
  api.put(
    '/api/connections/:id/webhook-secret',
    { schema, config: { needs: 'change' } },
    async ({ params, body }) => {
      const connection = await findConnection(deps, params.id);
      if (connection.status === 'DISCONNECTED')
        throw new TributaryError('CONNECTION_DISCONNECTED', `Connection ${params.id} was disconnected.`);
      checkSecret(webhooksOf(findDefinition(deps, connection.app)), connection.app, body.secret);
      const secret = body.secret ?? `whsec_${randomBytes(secretBytes).toString('base64')}`;
      const id = randomBytes(6).toString('hex');
      const sealed = secrets.seal(secret, secretContext.webhook('connection', connection._id, id));
      const fresh = { id, secret: sealed, createdAt: now() };
      const after = await stores.connections.change(connection._id, ({ webhookSecrets }) => ({
        webhookSecrets: [fresh, ...webhookSecrets].slice(0, kept),
      }));
      return { ...secretsView(deps, after), id, ...(body.secret === undefined ? { secret } : {}) };
    },
  );
};
