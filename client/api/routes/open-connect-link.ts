import { z } from 'zod';
import { showLink } from '../connect-form.ts';
import { findLink } from '../connect-link.ts';
import type { Route } from '../deps.ts';
import { sendFailure, sendLinkState } from '../link-pages.ts';

export const linkParams = z.object({ token: z.string().describe('Of the link') });

/** The page of a connect link. It changes nothing: mail scanners open links too. */
export const openConnectLink: Route = (api, deps) => {
  const schema = {
    summary: 'Show the page of a connect link',
    description:
      'For the browser of the customer. It changes nothing. 404: not a link of ours; 410: expired, used, or ended by a disconnect.',
    tags: ['Authorization'],
    params: linkParams,
  };
  const options = { config: { open: true }, exposeHeadRoute: false, schema };
  api.get('/connect/:token', options, async ({ params: { token } }, reply) => {
    try {
      const found = await findLink(deps, token);
      if (found.state !== 'open') return sendLinkState(reply, found.state);
      return await showLink(deps, reply, found);
    } catch (error) {
      return sendFailure(reply, deps, error);
    }
  });
};
