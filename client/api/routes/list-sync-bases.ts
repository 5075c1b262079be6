import { billSentence, runsADay } from '../../../domain/sync-base-plan.ts';
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
    const docs = await stores.syncBases.list();
    const runs = docs.length === 0 ? 0 : runsADay(await stores.automations.list());
    const bills = docs.map(({ plan, everyMs }) => billSentence(plan, runs, everyMs));
    const bases = docs.map((doc, index) => syncBaseView(doc, now(), bills[index] ?? null));
    const tooDear = bills.filter((bill) => bill !== null).length;
    const token = syncBase.token !== undefined;
    return { token, bases, sentence: sentenceOf(token, bases, tooDear) };
  });
};

function sentenceOf(
  token: boolean,
  bases: readonly { readonly problem: unknown }[],
  tooDear: number,
): string {
  if (bases.length === 0) return 'No base is attached: tributary airtable setup --base ID.';
  if (!token) return 'AIRTABLE_TOKEN is not set: nothing is read from Airtable or written to it.';
  const bad = bases.filter(({ problem }) => problem !== null).length;
  if (bad > 0) return `${bad} of ${bases.length} cannot be read or written.`;
  return tooDear === 0
    ? 'All is well.'
    : `${tooDear} of ${bases.length} is looked at too often for its plan.`;
}
