import { z } from 'zod';
import { secretContext } from '../../../activities/secret-context.ts';
import { callbackPath } from '../authorization.ts';
import { callbackEntryId, consentState } from '../consent.ts';
import type { Route } from '../deps.ts';
import { sendConsentEnd } from '../link-pages.ts';
import { sendMessage, sendPage } from '../pages.ts';

/** Where the app sends the person back to: its answer is stored, encrypted, before anyone is told. */
export const receiveOauthCallback: Route = (api, deps) => {
  const { stores, secrets, dispatcher, now } = deps;
  const schema = {
    summary: "Receive the app's answer to a consent",
    description:
      'For the browser that comes back from the app. The answer is stored, encrypted, then the session is told.',
    tags: ['Authorization'],
    querystring: z.looseObject({
      state: z.string().optional().catch(undefined).describe('Of the link that was opened'),
    }),
  };
  const options = { config: { open: true }, exposeHeadRoute: false, schema };
  api.get(callbackPath, options, async (request, reply) => {
    const consent = await stores.consents.get(request.query.state ?? '');
    if (consent === null)
      return sendPage(
        reply,
        400,
        'This answer does not belong to a link of ours',
        'Open the link that you were sent again, and answer in the same browser.',
      );
    const ended = (state: 'used' | 'expired') => sendConsentEnd(reply, deps, consent, state, 2);
    const standing = await consentState(deps, consent);
    if (standing !== 'open') return ended(standing);
    const _id = callbackEntryId(consent);
    const { connectionId, generation } = consent;
    // The query as it came: the app's parameters are its own.
    const params = new URL(request.url, 'http://callback').search.slice(1);
    const payload = secrets.seal({ params }, secretContext.inbox(_id));
    const entry = { _id, connectionId, generation, kind: 'callback', payload, receivedAt: now() } as const;
    if ((await stores.inbox.put(entry)) === 'known') return ended('used');
    dispatcher.nudge(connectionId);
    // Away from this address, which holds the code.
    return sendMessage(reply, 200, {
      title: 'Thank you',
      paragraphs: ['Your answer was received and is checked now. This page goes on by itself.'],
      tone: 'waiting',
      refresh: { secs: 1, href: `../../authorize/${consent._id}/result` },
    });
  });
};
