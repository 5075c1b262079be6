import { randomBytes } from 'node:crypto';
import { secretContext } from '../../activities/secret-context.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { SubscriptionDoc, SubscriptionSecret } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { invalid, notFound } from './problem.ts';

/** @throws {TributaryError} NOT_FOUND */
export async function findSubscription(
  { stores }: Pick<RouteDeps, 'stores'>,
  id: string,
): Promise<SubscriptionDoc> {
  const doc = await stores.subscriptions.get(id);
  if (doc === null) throw notFound('subscription', id);
  return doc;
}

/** A secret as Standard Webhooks write it. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** A secret as it is kept. */
export const keptSecret = (
  { secrets, now }: Pick<RouteDeps, 'secrets' | 'now'>,
  subscriptionId: string,
  secret: string,
): SubscriptionSecret => {
  const id = randomBytes(6).toString('hex');
  const sealed = secrets.seal(secret, secretContext.subscription(subscriptionId, id));
  return { id, secret: sealed, createdAt: now(), expiresAt: null };
};

/** Refuses an address that would not be asked, as far as that can be told from it. @throws {TributaryError} INVALID_INPUT */
export function checkAddress({ egress }: Pick<RouteDeps, 'egress'>, url: string): void {
  try {
    egress.check(url);
  } catch (error) {
    if (!(error instanceof TributaryError)) throw error;
    throw invalid({ path: 'body.url', message: error.message });
  }
}

/** Refuses connections and companies that are not there: a slip would mean that nothing is ever told. */
export async function checkFilter(
  { stores }: Pick<RouteDeps, 'stores'>,
  filter: { readonly companies?: readonly string[] | null; readonly connections?: readonly string[] | null },
): Promise<void> {
  for (const id of filter.companies ?? [])
    if ((await stores.companies.get(id)) === null)
      throw invalid({ path: 'body.companies', message: `there is no company "${id}"` });
  for (const id of filter.connections ?? [])
    if ((await stores.connections.get(id)) === null)
      throw invalid({ path: 'body.connections', message: `there is no connection "${id}"` });
}

/** A change of a subscription in Logs. */
export const logSubscription = (
  { stores, now }: Pick<RouteDeps, 'stores' | 'now'>,
  by: SubscriptionDoc['createdBy'],
  id: string,
  text: string,
): Promise<unknown> =>
  stores.logs.add({ at: now(), by, subject: `subscription/${id}`, text, before: null, after: null });
