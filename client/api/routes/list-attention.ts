import { deliveryOf } from '../../alerts/delivery.ts';
import { expiringRows } from '../../quarantine-warnings.ts';
import { needsAttention } from '../../sync-reminders.ts';
import type { Route, RouteDeps } from '../deps.ts';
import { type AttentionList, attentionList } from '../schemas/sync-runs.ts';
import { together } from '../sync-calls.ts';
import { connectionView } from '../views/connection.ts';
import { syncView } from '../views/sync.ts';

const dayMs = 86_400_000;

type Item = AttentionList['items'][number];

/** Everything that waits for a person. */
export const listAttention: Route = (api, deps) => {
  const schema = {
    summary: 'List what needs a person',
    description:
      'Connections whose label is "Needs you", syncs that are disabled or failed for longer than 7 days (TRIBUTARY_SYNC_REMINDER_DAYS), rows in quarantine that are discarded within 7 days (TRIBUTARY_QUARANTINE_WARNING_DAYS), and channels that alerts wait for. The longest waiting first.',
    tags: ['System'],
    response: { 200: attentionList },
  };
  api.get('/api/attention', { schema, config: { needs: 'view' } }, async () => {
    const items = await attentionItems(deps);
    return { items: items.sort((a, b) => (a.since < b.since ? -1 : 1)) };
  });
};

/** Everything that waits for a person, in no order. */
export const attentionItems = async (deps: RouteDeps): Promise<Item[]> => [
  ...(await connectionItems(deps)),
  ...(await syncItems(deps)),
  ...(await quarantineItems(deps)),
  ...(await alertItems(deps)),
];

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

/** Where a round of the expiry found rows that go soon, with what is there now: they may have been replayed since. */
async function quarantineItems(deps: RouteDeps): Promise<Item[]> {
  const { stores, quarantineDays: days, quarantineWarningDays: warningDays } = deps;
  const items: Item[] = [];
  for (const connection of await stores.connections.list()) {
    const { _id: connectionId, company, status, expiring = [] } = connection;
    if (expiring.length === 0) continue;
    const syncs = await stores.syncs.list({ connectionId });
    for (const one of await expiringRows({ stores, days, warningDays, now: deps.now() }, connection, syncs)) {
      const { resource, syncId, rows, at } = one;
      const id = syncId ?? connectionId;
      const many = rows === 1 ? 'One row' : `${rows} rows`;
      const goes = rows === 1 ? 'is discarded' : 'are discarded, the first of them';
      items.push({
        ...{ kind: 'quarantine', id, company, status, reason: null },
        since: new Date(at.getTime() - warningDays * dayMs).toISOString(),
        sentence: `${many} of ${resource} in quarantine ${goes} on ${at.toISOString().slice(0, 10)}.`,
        command: `tributary quarantine list ${id}${syncId === null ? ` --resource ${resource}` : ' --sync'}`,
      });
    }
  }
  return items;
}

/** Channels that alerts wait for, each with why. */
async function alertItems({ stores, alerts }: RouteDeps): Promise<Item[]> {
  const docs = await stores.alerts.open();
  return alerts.channels.flatMap((channel): Item[] => {
    const failed = docs.flatMap((doc) => {
      const { lastError } = deliveryOf(doc, channel);
      return lastError === null ? [] : [{ openedAt: doc.openedAt, text: lastError.text }];
    });
    const [first] = failed;
    if (first === undefined) return [];
    const many = failed.length === 1 ? 'An alert waits' : `${failed.length} alerts wait`;
    return [
      {
        ...{ kind: 'alerts', id: channel, company: null, status: 'waiting', reason: null },
        since: first.openedAt.toISOString(),
        sentence: `${many}: ${first.text}`,
        command: 'tributary alert test',
      },
    ];
  });
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
