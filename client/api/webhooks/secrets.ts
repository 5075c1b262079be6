import type { WebhooksDefinition } from '../../../connectors/schema.ts';
import { standardKey } from '../../../connectors/webhooks/verify.ts';
import type { ConnectionDoc } from '../../../stores/model.ts';
import type { RouteDeps } from '../deps.ts';
import { invalid } from '../problem.ts';

/** How a connection's secrets are shown: never themselves. */
export const secretsView = (
  { address }: Pick<RouteDeps, 'address'>,
  { _id, app, webhookSecrets }: ConnectionDoc,
) => ({
  address: address(`/api/webhooks/${app}/${_id}`),
  secrets: webhookSecrets.map(({ id, createdAt }) => ({ id, createdAt: createdAt.toISOString() })),
});

/**
 * Whether a connection of this app has secrets of its own, and whether one that was given can be one.
 * @throws {TributaryError} INVALID_INPUT
 */
export function checkSecret(
  { signature }: Pick<WebhooksDefinition, 'signature'>,
  app: string,
  secret: string | undefined,
): void {
  const fault = (message: string) => invalid({ path: 'body.secret', message });
  if (signature.kind === 'none') throw fault(`is of no use: the webhooks of ${app} are not signed`);
  if (signature.kind === 'hmac' && signature.secret === 'client')
    throw fault(`is of no use: ${app} signs with the client secret (tributary app set ${app})`);
  if (secret === undefined) return;
  const encoded = signature.kind === 'standard' || signature.secretEncoding === 'base64';
  const text = signature.kind === 'standard' ? secret.replace(/^whsec_/, '') : secret;
  if (encoded && (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || standardKey(text).length === 0))
    throw fault('must be base64, as the app shows it');
}
