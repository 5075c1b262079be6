import type { Route } from '../deps.ts';
import { syncBaseStatus } from '../schemas/airtable.ts';
import { syncBaseView } from '../views/sync-base.ts';

/** The SYNC bases, and how they are. */
export const listSyncBases: Route = (api, { stores, syncBase, now }) => {
  const schema = {
    summary: 'Show the SYNC bases in Airtable',
    description:
      "Each base that is attached: whether it can be read and written, when it was last looked at, and what it uses of its plan's calls and records. Airtable is not asked.",
    tags: ['Airtable'],
    response: { 200: syncBaseStatus },
  };
  api.get('/api/airtable', { schema, config: { needs: 'view' } }, async () => {
    const bases = (await stores.syncBases.list()).map((doc) => syncBaseView(doc, now()));
    const token = syncBase.token !== undefined;
    return { token, bases, sentence: sentenceOf(token, bases) };
  });
};

function sentenceOf(token: boolean, bases: readonly { readonly problem: unknown }[]): string {
  if (bases.length === 0) return 'No base is attached: tributary airtable setup --base ID.';
  if (!token) return 'AIRTABLE_TOKEN is not set: nothing is read from Airtable or written to it.';
  const bad = bases.filter(({ problem }) => problem !== null).length;
  return bad === 0 ? 'All is well.' : `${bad} of ${bases.length} cannot be read or written.`;
}
