import { findLink } from '../connect-link.ts';
import type { Route } from '../deps.ts';
import { shownDefinition } from '../find.ts';
import { outcomeMessage, sendFailure, sendLinkState } from '../link-pages.ts';
import { sendMessage } from '../pages.ts';
import { linkParams } from './open-connect-link.ts';

/** What became of the answer to a connect link; the page follows the session until it has moved. */
export const showConnectResult: Route = (api, deps) => {
  const schema = {
    summary: 'Show what became of the answer to a connect link',
    description: 'For the browser of the customer: waiting, connected, or refused with the reason.',
    tags: ['Authorization'],
    params: linkParams,
  };
  const options = { config: { open: true }, exposeHeadRoute: false, schema };
  api.get('/connect/:token/result', options, async ({ params: { token } }, reply) => {
    try {
      const found = await findLink(deps, token);
      if (!('link' in found)) return sendLinkState(reply, found.state);
      if (found.outcome.kind === 'none')
        return found.state === 'expired'
          ? sendLinkState(reply, 'expired')
          : reply.redirect(deps.address(`/connect/${token}`), 303);
      const app = shownDefinition(deps, found.link.app)?.name ?? found.link.app;
      const again = found.state === 'open' ? `../${token}` : undefined;
      return sendMessage(reply, 200, outcomeMessage(found.outcome, app, again));
    } catch (error) {
      return sendFailure(reply, deps, error);
    }
  });
};
