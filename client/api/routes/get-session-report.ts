import { loadSessionReport } from '../../report/load.ts';
import { sessionReportPage } from '../../report/page.ts';
import type { Route } from '../deps.ts';
import { findSession } from '../find.ts';
import { sendHtml } from '../pages.ts';
import { sessionParams } from '../schemas/common.ts';

/** A session as one page for people. */
export const getSessionReport: Route = (api, deps) => {
  const schema = {
    summary: 'Show a session as a page to read, print and send on',
    description:
      'One HTML page that needs nothing else, no script and no network: what stands out, forecasts with plots, where the company stands among others, checks, cleaning, what became one record, row counts, steps and timeline.',
    tags: ['Sessions'],
    produces: ['text/html'],
    params: sessionParams,
  };
  api.get('/api/sessions/:id/report', { schema, config: { needs: 'view' } }, async ({ params }, reply) => {
    const page = sessionReportPage(await loadSessionReport(deps, await findSession(deps, params.id)));
    // Its style stands in the page itself, so that it can be kept as one file; nothing else may be loaded.
    reply.header(
      'content-security-policy',
      "default-src 'none';style-src 'unsafe-inline';base-uri 'none';frame-ancestors 'none'",
    );
    return sendHtml(reply, 200, page);
  });
};
