import { needsAttention } from '../../sync-reminders.ts';
import type { Route, RouteDeps } from '../deps.ts';
import { type AttentionList, attentionList } from '../schemas/sync-runs.ts';
import { together } from '../sync-calls.ts';
import { connectionView } from '../views/connection.ts';
import { syncView } from '../views/sync.ts';

type Item = AttentionList['items'][number];

/** Everything that waits for a person. */
export const listAttention: Route = (api, deps) => {
  const schema = {
    summary: 'List what needs a person',
    description:
      'Connections whose label is "Needs you", and syncs that are disabled or failed for longer than 7 days (TRIBUTARY_SYNC_REMINDER_DAYS). The longest waiting first.',
    tags: ['System'],
    response: { 200: attentionList },
  };
  api.get('/api/attention', { schema }, async () => {
    const items = [...(await connectionItems(deps)), ...(await syncItems(deps))];
    return { items: items.sort((a, b) => (a.since < b.since ? -1 : 1)) };
  });
};

async function connectionItems(deps: RouteDeps): Promise<Item[]> {
  const docs = await deps.stores.connections.list();
  const items: Item[] = [];
  for (const doc of docs) {
    if (doc.status === 'DISCONNECTED') continue;
    const { id, company, label, status, codeName, since, errorReason, latestSession } = await connectionView(
      deps,
      doc,
    );
    if (label !== 'Needs you') continue;
    const reason = latestSession?.reason ?? null;
    const sentence = errorReason ?? codeName ?? 'It is not set up yet.';
    const command = latestSession === null ? `tributary connection status ${id}` : `tributary why ${id}`;
    items.push({ kind: 'connection', id, company, status, reason, since, sentence, command });
  }
  return items;
}

async function syncItems(deps: RouteDeps): Promise<Item[]> {
  const docs = await deps.stores.syncs.list();
  const long = docs.filter((doc) => needsAttention(doc, deps.syncReminderDays, deps.now()));
  return Promise.all(
    long.map(async (doc): Promise<Item> => {
      const { id, company, status, statusReason, statusSince, sentence } = await syncView(
        deps,
        await together(deps, doc),
      );
      const command = status === 'disabled' ? `tributary sync enable ${id}` : `tributary sync rejected ${id}`;
      return {
        kind: 'sync',
        id,
        company,
        status,
        reason: statusReason,
        since: statusSince,
        sentence,
        command,
      };
    }),
  );
}
