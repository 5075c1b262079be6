import { z } from 'zod';
import { consentState, noteOpened } from '../consent.ts';
import type { Route } from '../deps.ts';
import { sendConsentEnd, sendLinkState } from '../link-pages.ts';

/** The link that a person gets: notes that it was opened, then leads to the app's consent page. */
export const openConsent: Route = (api, deps) => {
  const { stores, dispatcher, now } = deps;
  const schema = {
    summary: 'Open the consent page of the app',
    description:
      'For the browser of the person who consents; it leads on to the app. Made by `authorize` and `connect`.',
    tags: ['Authorization'],
    params: z.object({ state: z.string().describe('Of the link') }),
  };
  const options = { config: { open: true }, exposeHeadRoute: false, schema };
  api.get('/authorize/:state', options, async ({ params: { state } }, reply) => {
    const consent = await stores.consents.get(state);
    if (consent === null) return sendLinkState(reply, 'forged');
    const standing = await consentState(deps, consent);
    if (standing !== 'open' || consent.expiresAt <= now())
      return sendConsentEnd(reply, deps, consent, standing === 'used' ? 'used' : 'expired', 1);
    await noteOpened(deps, consent);
    dispatcher.nudge(consent.connectionId);
    return reply.header('cache-control', 'no-store').redirect(consent.url, 302);
  });
};
