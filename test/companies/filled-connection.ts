import { cursorId } from '../../stores/cursors.ts';
import { changeId } from '../../stores/feed.ts';
import { mergeId } from '../../stores/merges.ts';
import type { SessionDoc } from '../../stores/model.ts';
import { record } from '../stores/support.ts';
import type { World } from '../support/world.ts';

/** What only the data of this connection has: found nowhere once it is gone. */
export const markOf = (connectionId: string): string => `data-of-${connectionId}`;

/** Puts the connection's mark into everything that its generation owns, beside what its session left. */
export async function markEverything(
  { stores, secrets }: World,
  { _id: sessionId, connectionId, generation }: SessionDoc,
): Promise<void> {
  const mark = markOf(connectionId);
  const sealed = (context: string) => ({ ...secrets.seal(mark, context), data: mark });
  const at = new Date();
  const mine = { connectionId, generation };
  const resource = 'orders';
  await stores.connections.change(connectionId, () => ({
    account: mark,
    hashKey: sealed('hash'),
    webhookSecrets: [{ id: 's1', secret: sealed('webhook'), createdAt: at }],
  }));
  await stores.grants.save({ ...mine, account: mark, secret: sealed('g'), expiresAt: null, endsAt: null });
  for (const kind of ['webhook', 'credentials', 'draft'] as const)
    await stores.inbox.put({
      ...{ _id: `${kind}/${connectionId}/1`, ...mine, kind, payload: sealed('p'), receivedAt: at },
    });
  const consent = { ...mine, sessionId, codeVerifier: sealed('v'), url: mark, createdAt: at, expiresAt: at };
  await stores.consents.create({ ...consent, _id: `state-${connectionId}` });
  const kept = { parameters: { shop: mark }, pool: 'default', timeZone: 'UTC', unattended: true };
  await stores.connectLinks.create({
    ...{ _id: `link-${connectionId}`, company: { id: 'acme', name: 'Acme' }, app: 'a', ...mine },
    ...{ settings: { ...kept, driftPolicy: 'propagate' as const }, createdAt: at, expiresAt: at },
    ...{ sessionId: null, answer: null },
  });
  await stores.events.put({
    ...{ _id: `${connectionId}/${generation}/Deauthorized/1`, type: 'Deauthorized' as const },
    ...{ connectionId, company: 'acme', app: 'a', sessionId, at, connectLink: mark, data: {} },
  });

  const place = { bytes: 1, next: mark, cursor: mark, total: null };
  await stores.loading.appendBatch({
    ...{ sessionId, resource, number: 1, attempt: 1, rows: [{ mark }], ...place, last: true },
  });
  const moved = { ...place, batches: 2, rows: 21, done: true, at };
  await stores.loading.advance(sessionId, resource, moved);
  await stores.cursors.put({ _id: cursorId(connectionId, generation, resource), value: mark, sessionId, at });
  const learned = { fields: [{ name: mark, types: ['string'], required: true }], sessionId, at };
  await stores.schemas.put({ _id: cursorId(connectionId, generation, resource), ...learned });
  const asked = {
    ...{ at, method: 'GET', url: mark, status: 200, durationMs: 1, bytes: 1, headers: [], rows: 1 },
    ...{ page: null, excerpt: mark, error: null, firstRow: null },
  };
  await stores.exchanges.put({
    _id: `${sessionId}/${resource}`,
    connectionId,
    exchanges: [asked],
    updatedAt: at,
  });

  await stores.feed.putChange({
    ...{ _id: changeId(sessionId, resource, 0), added: [mark], updated: [], deleted: [] },
  });
  const merged = { sessionId, resource, survivor: 'a', merged: mark, matchedBy: 'name', at };
  const mergedId = mergeId(connectionId, generation, resource, mark);
  await stores.merges.put({ _id: mergedId, ...merged, record: record(mark, { mark }) });
  const check = {
    sessionId,
    connectionId,
    resource,
    check: 'nulls',
    method: 'share',
    severity: 'warn' as const,
  };
  await stores.checks.putMany([
    { _id: `${sessionId}/${resource}/nulls`, ...check, value: 1, expected: mark, sentence: mark, at },
  ]);
  await stores.records.of(connectionId, generation, resource).putMany([record(mark, { mark })]);
  const why = { sessionId, key: mark, reason: 'TOO_LARGE' as const, message: mark, payload: { mark }, at };
  await stores.quarantine
    .of(connectionId, generation, resource)
    .putMany([{ _id: `${sessionId}/${resource}/0/9`, ...why }]);
  const buried = { cursor: mark, sessionId, countedAt: null, record: record(mark, { mark }) };
  await stores.tombstones.of(connectionId, generation, resource).putMany([{ _id: mark, ...buried }]);

  const runs = stores.db.collection<{ _id: string }>('ingestionRuns');
  const stats = [{ name: mark, types: ['string'], rows: 1 }];
  const told = { newest: mark, nulls: { [mark]: 1 }, fields: { rows: 1, stats } };
  await runs.updateOne({ _id: `${sessionId}/${resource}` }, { $set: told });
  const sessions = stores.db.collection<{ _id: string }>('sessions');
  await sessions.updateOne({ _id: sessionId }, { $set: { detail: `The app said ${mark}.` } });
}
