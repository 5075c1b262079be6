import { hourOf } from '../../domain/statistics.ts';
import { checkId } from '../../stores/checks.ts';
import { cursorId } from '../../stores/cursors.ts';
import { changeId } from '../../stores/feed.ts';
import type { Stores } from '../../stores/open.ts';
import { fillAlerts } from './filled-alerts.ts';
import { fillBenchmarks } from './filled-benchmarks.ts';
import { fillCleaning } from './filled-cleaning.ts';
import { fillControl } from './filled-control.ts';
import { fillForecasts } from './filled-forecasts.ts';
import { fillInsights } from './filled-insights.ts';
import { fillMerges } from './filled-merges.ts';
import { fillOutbound } from './filled-outbound.ts';
import { fillReports } from './filled-reports.ts';
import { fillSyncs } from './filled-syncs.ts';
import { at, loadingSession, person, record, sealed, step, write } from './support.ts';

/** Puts something into every collection, with every optional field, through every repository. */
export async function fillEverything(stores: Stores): Promise<void> {
  const { connection, sessionId } = await loadingSession(stores);
  const connectionId = connection._id;
  const ofSession = { sessionId, resource: 'orders' };
  await stores.companies.ensure({ id: 'acme', name: 'Acme' });
  await stores.companies.compareConnections('acme', true);
  await stores.across.lease('acme', sessionId, 1);
  await stores.connections.change(connectionId, () => ({
    ...{ hashKey: sealed('k'), fence: 1, errorReason: 'e', rawDeletedThrough: 0, expiring: [] },
    revisionsTrimmed: { through: 0, at },
    ...{ retentionDays: 9, substagesOff: ['insights'], thresholds: {}, checks: {}, autoPause: null },
    schedule: { kind: 'MANUAL' },
    failing: { count: 1, since: at, session: 1, seq: 1 },
    autoPaused: { at, failures: 1, since: at },
  }));
  await stores.plans.put({
    ...{ _id: 'hash', connectionId, generation: 1, status: 'STARTED', procedure: 'disconnect' },
    ...{ argumentsHash: 'h', by: { kind: 'person', id: 'ada' }, expiresAt: at },
  });
  const called = { connectionId, generation: 1, name: 'pause' as const, by: person, note: null };
  await stores.procedures.allocate({ ...called, arguments: {}, startedAt: at }, 0);
  await stores.schedules.add({ connectionId, generation: 1 }, [`refresh/${connectionId}/global`]);
  await stores.schedules.setApplied({ connectionId, generation: 1 }, 'f'.repeat(64));
  await stores.apps.put({
    _id: 'shop',
    baseUrl: 'u',
    clientId: 'i',
    scopes: ['read'],
    webhookSecrets: [],
    clientSecret: sealed('s'),
    updatedAt: at,
  });
  const noted = { ...step(2, 2, 11, 'cancel', 'CANCELED'), note: 'wrong day' };
  await stores.sessions.writeStatus(write(sessionId, [noted]));
  await stores.sessions.setWaiting(sessionId, { cap: 'pool', name: 'main', place: 1, since: at });
  const asks = { connectionId, sessionId, runId: 'r', seq: 1, company: 'acme', app: 'shop', pool: 'main' };
  await stores.slots.take(asks, { company: 1, app: 1, pool: 1 }, at);
  const entry = {
    connectionId,
    generation: 1,
    kind: 'webhook' as const,
    payload: sealed('p'),
    receivedAt: at,
  };
  const hook = { event: 'ready', meaning: 'load' as const, resource: 'orders', account: 'a' };
  await stores.inbox.put({ ...entry, ...hook, _id: `webhook/${connectionId}/1`, occurredAt: at });
  await stores.inbox.put({ ...entry, ...hook, _id: `webhook/${connectionId}/0`, occurredAt: new Date(0) });
  const claim = { connectionId, generation: 1, kinds: ['webhook'], sessionId, at } as const;
  await stores.inbox.claim(claim);
  await stores.inbox.put({ ...entry, ...hook, _id: `webhook/${connectionId}/2`, occurredAt: new Date(0) });
  await stores.inbox.claim(claim);
  await stores.inbox.markTold(`webhook/${connectionId}/1`, at);
  const consent = { connectionId, generation: 1, sessionId, codeVerifier: sealed('v'), url: 'u' };
  const whole = { ...consent, createdAt: at, expiresAt: at, connectLink: 'link' };
  await stores.consents.create({ ...whole, _id: 'state' });
  await stores.consents.keepExchanged('state', sealed('t'));
  const kept = { parameters: {}, pool: 'default', timeZone: 'UTC', unattended: true };
  const settings = { ...kept, driftPolicy: 'propagate' as const };
  const company = { id: 'acme', name: 'Acme' };
  await stores.connectLinks.create({
    ...{ _id: 'link', company, app: 'shop', connectionId, generation: 1, settings },
    ...{ createdAt: at, expiresAt: at, sessionId: null, answer: null },
  });
  const gone = { type: 'Deauthorized', connectionId, company: 'acme', app: 'shop' } as const;
  await stores.events.put({
    _id: 'event',
    ...gone,
    sessionId,
    at,
    connectLink: 'link',
    data: { endsAt: 'e' },
  });
  await stores.grants.save({
    connectionId,
    generation: 1,
    account: 'a',
    secret: sealed('s'),
    expiresAt: at,
    endsAt: null,
  });

  await stores.loading.begin({ ...ofSession, at });
  const place = { bytes: 1, next: null, cursor: '1', total: 1 };
  await stores.loading.appendBatch({
    ...ofSession,
    ...place,
    number: 0,
    attempt: 1,
    rows: [{ id: 1 }],
    origins: [`${sessionId}/orders/0/1`],
    again: [{ file: 'orders.csv', line: 2, row: 0 }],
    last: true,
  });
  await stores.loading.advance(sessionId, 'orders', {
    ...place,
    batches: 1,
    rows: 1,
    done: true,
    again: true,
    at,
  });
  const run = await stores.structuring.beginRun({
    ...ofSession,
    connectionId,
    recordsBefore: 0,
    definition: 'd1',
    at,
  });
  const merged = { ledger: run.ledger, mergedBatches: 1, nulls: { name: 1 }, newest: '1', bytes: 1 };
  await stores.structuring.progress(run._id, merged);
  await stores.structuring.endRun(run._id, 'COMPLETED', null, at);
  await stores.records.of(connectionId, 1, 'orders').putMany([record('1', { id: 1 })]);
  const buried = { cursor: '1', sessionId, countedAt: [0, 1], record: null } as const;
  await stores.tombstones.of(connectionId, 1, 'orders').putMany([{ _id: '2', ...buried }]);
  await stores.schemas.put({ _id: cursorId(connectionId, 1, 'orders'), fields: [], sessionId, at });
  await stores.exchanges.put({
    _id: `${sessionId}/orders`,
    connectionId,
    exchanges: [],
    updatedAt: at,
  });
  const why = { key: null, reason: 'KEY_MISSING', message: 'It has no id.', payload: {}, at } as const;
  await stores.quarantine.of(connectionId, 1, 'orders').putMany([
    ...[{ _id: `${sessionId}/orders/0/1`, sessionId, ...why }],
    ...[
      {
        _id: `${sessionId}/orders/0/2`,
        sessionId,
        ...why,
        refusals: 1,
        refusedIn: sessionId,
        refusedAt: at,
      },
    ],
  ]);
  await stores.sessions.setQuarantineLeft(sessionId, 2);
  await stores.sessions.close(sessionId, 'window', at);
  await stores.quarantineLines.put({
    _id: `${connectionId}/1/orders/discarded/00/KEY_MISSING`,
    ...{ connectionId, generation: 1, resource: 'orders', syncId: null, action: 'discarded' },
    ...{ reason: 'KEY_MISSING', rows: 1, hash: '00', by: person, why: 'a test row', sessionId: null, at },
  });
  await stores.feed.putChange({
    _id: changeId(sessionId, 'orders', 0),
    added: ['1'],
    updated: [],
    deleted: [],
  });
  const parts = [{ ...ofSession, changes: 1 }];
  await stores.feed.seal({ _id: sessionId, connectionId, number: 1, parts, sealedAt: at });
  await stores.cursors.put({
    _id: cursorId(connectionId, 1, 'orders'),
    value: '1',
    sessionId,
    wholeIn: sessionId,
    at,
  });
  const found = {
    method: 'median',
    severity: 'pass',
    value: 1,
    unit: 'rows',
    ...{ low: 0, high: 2, blocks: false },
    expected: '1',
    sentence: 'As usual.',
    at,
  } as const;
  const check = { ...ofSession, connectionId, check: 'volume', ...found };
  await stores.checks.putMany([{ _id: checkId(sessionId, 'orders', 'volume'), ...check }]);
  await stores.statistics.put([
    {
      ...{ _id: `${sessionId}/orders`, ...ofSession, connectionId, company: 'acme', app: 'shop' },
      ...{ generation: 1, configuration: 'global', kind: 'full', status: 'COMPLETED', reason: null },
      blockedBy: [],
      ...{ startedAt: at, endedAt: at, durationMs: 0, rows: 1, bytes: 1, rowsPerSecond: null },
      ...{ ledger: null, anomalies: [], comparedWith: 0, hour: hourOf(at), formerHours: [], version: 1 },
    },
  ]);
  await fillMerges(stores, connectionId, sessionId, '2');
  const owner = { connectionId: 'another', generation: 1, resources: ['orders'] };
  const collections = await stores.purge(owner, { keepData: false });
  const by = { by: person, at };
  const told = { ...by, grantRevoked: true, keptData: false, resources: ['orders'], collections };
  await stores.receipts.keep({ _id: 'another/1', ...told, signature: 's' });
  await stores.receipts.keepKeptDeleted('another/1', { ...by, collections, signature: 's' });
  await stores.receipts.keepOfCompany({
    ...{ _id: 'acme/1', ...by, endedAt: at, keptData: false, connections: [] },
    ...{ connectLinks: 0, signature: 's' },
  });
  await stores.companies.beginDeletion('acme', { ...by, keepData: false });
  await stores.skippedStarts.put({ _id: 'tick-1', connectionId, reason: 'NOTHING_TO_DO', ...by });
  const turn = { _id: 'airtable/app1/1' as never, freeAt: at.getTime() };
  await stores.db.collection('turns').insertOne(turn);
  await fillBenchmarks(stores, connectionId, sessionId);
  await fillForecasts(stores, connectionId, sessionId);
  await fillInsights(stores, connectionId, sessionId);
  await fillCleaning(stores, connectionId, sessionId);
  await fillControl(stores);
  await fillReports(stores);
  await fillAlerts(stores);
  await fillOutbound(stores);
  const analysis = stores.analysis.of(connectionId, 1);
  await analysis.facts.putMany([{ _id: 'orders/0', data: '{}', updatedAt: at }]);
  const points = [{ start: '2026-01-01', value: 2, rows: 1, sum: 2, weight: 1 }];
  const ofMetric = { metric: 'price', grain: 'month', dimension: null, currency: 'EUR' } as const;
  const dated = { changedIn: sessionId, updatedAt: at };
  await analysis.series.putMany([{ _id: 'price/EUR', ...ofMetric, points, ...dated }]);
  await fillSyncs(stores);
}
