import type { OpenAPIV3_1 } from 'openapi-types';
import type { Api } from './deps.ts';
import { docsPage } from './docs-page.ts';
import { stylesheet } from './pages.ts';

/** Serves the OpenAPI document, as data and as a page. They hold nothing of any company, so they need no token. */
export function serveDocs(api: Api): void {
  const options = { config: { open: true }, schema: { hide: true } };
  api.get('/api/openapi.json', options, async (_request, reply) => reply.send(api.swagger()));
  api.get('/api/docs', options, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(docsPage(api.swagger() as OpenAPIV3_1.Document)),
  );
  api.get('/api/docs/style.css', options, async (_request, reply) =>
    reply.type('text/css; charset=utf-8').send(stylesheet),
  );
}
