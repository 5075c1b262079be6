import { emptySyncRunLedger } from '../../domain/sync-contracts.ts';
import { cursorId } from '../../stores/cursors.ts';
import { changeId } from '../../stores/feed.ts';
import type { SessionDoc } from '../../stores/model.ts';
import { fillMerges } from '../stores/filled-merges.ts';
import { record } from '../stores/support.ts';
import type { World } from '../support/world.ts';
import { markAnalysis, markOf } from './filled-analysis.ts';

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
  await stores.schedules.add(mine, [mark]);
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
  await fillMerges(stores, connectionId, sessionId, mark, generation, resource);
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

  await markSync({ stores }, mine);
  await markAnalysis({ stores }, { ...mine, sessionId });
  await stores.quarantineLines.put({
    ...{ _id: `line-${connectionId}`, ...mine, resource, syncId: null, action: 'discarded' },
    ...{ reason: 'TOO_LARGE', rows: 1, hash: 'h', by: { kind: 'person', id: 'ada' } },
    ...{ why: mark, sessionId: null, at },
  });

  const runs = stores.db.collection<{ _id: string }>('ingestionRuns');
  const stats = [{ name: mark, types: ['string'], rows: 1 }];
  const told = { newest: mark, nulls: { [mark]: 1 }, fields: { rows: 1, stats } };
  await runs.updateOne({ _id: `${sessionId}/${resource}` }, { $set: told });
  const sessions = stores.db.collection<{ _id: string }>('sessions');
  await sessions.updateOne({ _id: sessionId }, { $set: { detail: `The app said ${mark}.` } });
}

/** A sync with a run of one record that was refused, and what it knows of its rows. */
async function markSync(
  { stores }: Pick<World, 'stores'>,
  { connectionId, generation }: { readonly connectionId: string; readonly generation: number },
): Promise<void> {
  const mark = markOf(connectionId);
  const at = new Date();
  const by = { kind: 'person', id: 'ada' } as const;
  const sync = await stores.syncs.create({
    ...{ _id: `sync-of-${connectionId}`, connectionId, generation, company: 'acme', destinationId: 'crm' },
    ...{ model: { resource: 'orders', filter: {} }, mapping: [], keyField: 'id', object: 'orders' },
    ...{ mode: 'mirror', schedule: { kind: 'MANUAL' }, timeZone: 'UTC', rejectedThreshold: 0 },
    ...{ rejectionCap: 3, status: 'failed', statusSince: at, statusReason: 'ROWS_REJECTED', latestRun: 0 },
    ...{ resync: null, version: 1, staged: null, remindedAt: null, seq: 0 },
    ...{ createdBy: by, createdAt: at, updatedAt: at },
  });
  const { syncRuns } = stores;
  const { _id: runId } = await syncRuns.allocate({
    ...{ sync, generation, engineRun: mark.replace('data', 'run'), kind: 'resync', key: mark, by, at },
  });
  const place = {
    how: 'key',
    phase: 'done',
    upTo: 0,
    after: mark,
    keys: 1,
    lists: 1,
    rows: 1,
    retry: [],
  } as const;
  await syncRuns.note(runId, { staging: place, ledger: { ...emptySyncRunLedger, staged: 1, rejected: 1 } });
  const steps = [
    { seq: 1, from: null, to: 'started', event: 'trigger', reason: null, by, at: at.toISOString() },
  ] as const;
  await syncRuns.write(runId, steps, `The destination said ${mark}.`);
  const rows = stores.syncRecords.of(sync._id);
  const error = { code: 'NO', message: mark, requestId: null };
  const known = { delivered: null, staged: 'f', fields: mark, run: 1, deliveredRun: null, attempts: 1 };
  await rows.putMany([
    { _id: mark, action: 'insert', status: 'failed', ...known, notBefore: null, error, at },
  ]);
  const arrived = Array.from({ length: 60 }, (_, n) => ({ _id: `${mark}-${100 + n}`, delivered: 'f' }));
  await rows.insertDelivered(arrived, { run: 1, at });
  const todo = { key: mark, action: 'insert', fields: mark, staged: 'f', delivered: null } as const;
  await rows.putList({ _id: `${runId}/todo/0`, rows: [{ ...todo, attempts: 0, fresh: true }] });
  await rows.putRetry({ _id: `${runId}/retry/0`, keys: [mark] });
}
