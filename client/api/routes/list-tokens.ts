import type { Route } from '../deps.ts';
import { tokenList } from '../schemas/tokens.ts';
import { tokenView } from '../views/token.ts';

/** Every token. */
export const listTokens: Route = (api, { stores, now }) => {
  const schema = {
    summary: 'List the tokens',
    description: 'With role, who made each and its last use; revoked and expired ones too.',
    tags: ['Roles'],
    response: { 200: tokenList },
  };
  api.get('/api/tokens', { schema, config: { needs: 'develop' } }, async () => ({
    tokens: (await stores.tokens.list()).map((doc) => tokenView(doc, now())),
  }));
};
