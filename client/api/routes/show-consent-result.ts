import { z } from 'zod';
import { callbackEntryId } from '../consent.ts';
import type { Route } from '../deps.ts';
import { shownDefinition } from '../find.ts';
import { outcomeMessage, sendLinkState, tryAgain } from '../link-pages.ts';
import { outcomeOf } from '../outcome.ts';
import { sendMessage } from '../pages.ts';

/** Where the app's answer leads the person: the page follows the session until it has moved. */
export const showConsentResult: Route = (api, deps) => {
  const { stores } = deps;
  const schema = {
    summary: "Show what became of the app's answer to a consent",
    description:
      'For the browser of the person who consented: waiting, connected, or refused with the reason.',
    tags: ['Authorization'],
    params: z.object({ state: z.string().describe('Of the link') }),
  };
  const options = { config: { open: true }, exposeHeadRoute: false, schema };
  api.get('/authorize/:state/result', options, async ({ params: { state } }, reply) => {
    const consent = await stores.consents.get(state);
    if (consent === null) return sendLinkState(reply, 'forged');
    const connection = await stores.connections.get(consent.connectionId);
    if (connection?.generation !== consent.generation || connection.ownCode === 26)
      return sendLinkState(reply, 'ended');
    const outcome = await outcomeOf(deps, consent.sessionId, callbackEntryId(consent));
    const app = shownDefinition(deps, connection.app)?.name ?? connection.app;
    return sendMessage(reply, 200, outcomeMessage(outcome, app, tryAgain(deps, consent, 2)));
  });
};
