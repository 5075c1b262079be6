import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { notFound } from '../problem.ts';
import { token, tokenParams } from '../schemas/tokens.ts';
import { tokenView } from '../views/token.ts';

/** Revokes a token. */
export const revokeToken: Route = (api, { stores, now }) => {
  const schema = {
    summary: 'Revoke a token',
    description: 'In force with the next request. Its name stays taken, so that Logs stay true.',
    tags: ['Roles'],
    params: tokenParams,
    response: { 200: token },
  };
  api.delete('/api/tokens/:name', { schema, config: { needs: 'develop' } }, async (request) => {
    const { name } = request.params;
    const at = now();
    const by = actorOf(request);
    const doc = await stores.tokens.get(name);
    if (doc === null) throw notFound('token', name);
    const row = { before: tokenView(doc, at), after: null };
    // First, so that a crash in between loses no row.
    if (doc.revokedAt === null)
      await stores.logs.add({
        at,
        by,
        subject: `token/${name}`,
        text: `${by.id} asked to revoke it.`,
        ...row,
      });
    return tokenView((await stores.tokens.revoke(name, at, by)) ?? doc, at);
  });
};
