import { z } from 'zod';
import { consentState } from '../consent.ts';
import type { Route } from '../deps.ts';
import { sendPage } from '../pages.ts';

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
    if (consent === null) return sendPage(reply, 404, 'This link is not known', 'Ask for a new one.');
    const standing = await consentState(deps, consent);
    if (standing === 'used') return sendPage(reply, 410, 'This link was used already', 'Ask for a new one.');
    if (standing === 'expired' || consent.expiresAt <= now())
      return sendPage(reply, 410, 'This link has expired', 'Ask for a new one.');
    const { connectionId, generation } = consent;
    const _id = `opened/${connectionId}/${state}`;
    await stores.inbox.put({
      _id,
      connectionId,
      generation,
      kind: 'opened',
      payload: null,
      receivedAt: now(),
    });
    dispatcher.nudge(connectionId);
    return reply.header('cache-control', 'no-store').redirect(consent.url, 302);
  });
};
