import { completeConsent } from '../../../examples/storefront/consent.ts';
import type { Authorized } from '../../api/schemas/connections.ts';

/** Carries a person's consent through: opens the link, says yes as the company, ends at our callback. */
export async function consent({ authorization }: Authorized, account: string): Promise<void> {
  if (authorization.kind !== 'oauth2') throw new Error('The sample app takes OAuth only.');
  const opened = await fetch(authorization.link, { redirect: 'manual' });
  const page = opened.headers.get('location');
  if (page === null) throw new Error(`The consent link answered ${opened.status}.`);
  const ended = await completeConsent(page, { account, decision: 'approve' });
  if (ended.status >= 400)
    throw new Error(`The callback answered ${ended.status}: ${(await ended.text()).slice(0, 200)}`);
}
