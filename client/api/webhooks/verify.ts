import type { FastifyRequest } from 'fastify';
import { secretContext } from '../../../activities/secret-context.ts';
import type { ConnectorDefinition, WebhooksDefinition } from '../../../connectors/schema.ts';
import type { Delivery } from '../../../connectors/webhooks/delivery.ts';
import { type Verdict, verifyDelivery } from '../../../connectors/webhooks/verify.ts';
import { TributaryError } from '../../../domain/errors.ts';
import type { AppDoc, ConnectionDoc, WebhookSecret } from '../../../stores/model.ts';
import { type Authenticate, requireRole } from '../auth.ts';
import type { RouteDeps } from '../deps.ts';

/** How long what is stored of an app is taken as it was: a secret that is taken away counts no longer than this. */
const appAgeMs = 5_000;

/** Refuses a delivery that does not prove where it comes from. @throws {TributaryError} WEBHOOK_REFUSED */
export type Prove = (
  definition: ConnectorDefinition,
  webhooks: Pick<WebhooksDefinition, 'signature'>,
  delivery: Delivery,
  connection: ConnectionDoc | null,
) => Promise<void>;

/** The signature of an app's webhooks; for an app whose definition says nothing of them there is none. */
export const webhooksOf = (definition: ConnectorDefinition): Pick<WebhooksDefinition, 'signature'> =>
  definition.webhooks ?? { signature: { kind: 'none' } };

/** What came, as it came. */
export const deliveryOf = (request: FastifyRequest, address: RouteDeps['address']): Delivery => ({
  headers: request.headers,
  rawBody: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  method: request.method,
  uri: address(request.url),
});

/** Webhooks that are not signed need a token of the API. @throws {TributaryError} UNAUTHENTICATED, FORBIDDEN */
export async function requireProof(
  { signature }: Pick<WebhooksDefinition, 'signature'>,
  request: FastifyRequest,
  authenticate: Authenticate,
): Promise<void> {
  if (signature.kind !== 'none') return;
  const caller = await authenticate(request);
  if (caller === null) throw new TributaryError('UNAUTHENTICATED');
  requireRole(caller, 'change', 'A webhook without a signature');
}

/** Makes the check of signatures: first with the connection's own secrets, then with those of the app. */
export function createProof({ stores, secrets, log, now }: RouteDeps): Prove {
  const apps = new Map<string, { readonly readAt: number; readonly doc: AppDoc | null }>();

  async function appOf(id: string): Promise<AppDoc | null> {
    const known = apps.get(id);
    const readAt = now().getTime();
    if (known !== undefined && Math.abs(readAt - known.readAt) < appAgeMs) return known.doc;
    const doc = await stores.apps.get(id);
    apps.set(id, { readAt, doc });
    return doc;
  }

  const opened = (owner: 'app' | 'connection', id: string, all: readonly WebhookSecret[]): string[] =>
    all.map((one) => String(secrets.open(one.secret, secretContext.webhook(owner, id, one.id))));

  async function secretsOfApp({ signature }: Pick<WebhooksDefinition, 'signature'>, id: string) {
    const app = await appOf(id);
    if (signature.kind === 'hmac' && signature.secret === 'client')
      return app?.clientSecret === undefined
        ? []
        : [String(secrets.open(app.clientSecret, secretContext.app(id)))];
    return opened('app', id, app?.webhookSecrets ?? []);
  }

  return async ({ id: app }, webhooks, delivery, connection) => {
    if (webhooks.signature.kind === 'none') return;
    const own = connection === null ? [] : opened('connection', connection._id, connection.webhookSecrets);
    const check = (all: readonly string[]): Verdict => verifyDelivery(webhooks, delivery, all, now());
    if (own.length > 0 && check(own).ok) return;
    const shared = await secretsOfApp(webhooks, app);
    const verdict = check(shared);
    if (verdict.ok) return;
    const because = own.length + shared.length === 0 ? 'no secret is set for it yet' : verdict.because;
    log.warn({ app, connectionId: connection?._id, because }, 'a webhook was refused');
    throw new TributaryError('WEBHOOK_REFUSED', `The delivery was refused: ${because}.`);
  };
}
