import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alertSessionErrors, alertSync } from '../../activities/alerts.ts';
import { recordDeauthorized } from '../../activities/events.ts';
import { raiseFailed } from '../../activities/reports/alerts.ts';
import { newReport } from '../../activities/reports/begin.ts';
import { createAlertWatch } from '../../client/alerts/watch.ts';
import { createSyncReminders } from '../../client/sync-reminders.ts';
import { createSecretBox } from '../../platform/crypto.ts';
import type { ReportDoc, ReportTypeDoc, SyncDoc } from '../../stores/model.ts';
import {
  at,
  connectionDoc,
  loadingSession,
  newId,
  openTestStores,
  step,
  times,
  write,
} from '../stores/support.ts';
import { alertOf, quiet } from './scene.ts';

describe('alerts', async () => {
  const stores = await openTestStores();
  const { alerts, connections, sessions } = stores;
  const watch = createAlertWatch({ stores, log: quiet });
  const statusOf = async (incident: string) => (await alerts.get(incident))?.status;

  test('raised by several processes at once are one incident with every occurrence', async () => {
    await Promise.all(times(12, (index) => alerts.raise(alertOf('store', `${index % 6}`))));
    const doc = await alerts.get('store');
    assert.deepEqual([doc?.number, doc?.occurrences], [1, 6]);
    await Promise.all(times(4, () => alerts.settle('store', 'It answers again.')));
    assert.equal(await statusOf('store'), 'settling');
    await alerts.settle('nothing', 'It never was.');
  });

  test('tell of a session that failed, once for each time, until one is Synced', async () => {
    const { connection, sessionId } = await loadingSession(stores);
    const incident = `session/${connection._id}`;
    const failed = step(2, 2, 11, 'loadingFailed', 'SOURCE_UNREACHABLE');
    const input = { connectionId: connection._id, sessionId, steps: [failed], detail: 'ECONNREFUSED' };
    await alertSessionErrors({ stores }, input);
    await alertSessionErrors({ stores }, input);
    await sessions.writeStatus(write(sessionId, [failed]));
    await watch.round();
    const doc = await alerts.get(incident);
    assert.deepEqual([doc?.status, doc?.occurrences], ['open', 1]);
    assert.match(doc?.reason ?? '', /^Loading Error \(11\) since .* could not be reached/);
    assert.equal(doc?.command, `tributary why ${sessionId}`);
    const again = step(3, 11, 2, 'retry', 'LOADING');
    await sessions.writeStatus(write(sessionId, [again]));
    await watch.round();
    assert.equal(await statusOf(incident), 'open');
    const through = [
      step(4, 2, 12, 'loaded', 'LOADED'),
      step(5, 12, 13, 'structure', 'STRUCTURING'),
      step(6, 13, 15, 'structured', 'STRUCTURED'),
      step(7, 15, 16, 'process', 'PROCESSING'),
      step(8, 16, 18, 'processed', 'PROCESSED'),
      step(9, 18, 19, 'sync', 'SYNCED'),
    ];
    await sessions.writeStatus(write(sessionId, through));
    await watch.round();
    assert.equal(await statusOf(incident), 'settling');
  });

  test('are not of what a person canceled, nor of what works', async () => {
    const { connection, sessionId } = await loadingSession(stores);
    const steps = [step(2, 2, 11, 'cancel', 'CANCELED'), step(3, 11, 2, 'retry', 'LOADING')];
    await alertSessionErrors({ stores }, { connectionId: connection._id, sessionId, steps });
    assert.equal(await alerts.get(`session/${connection._id}`), null);
  });

  test('of a revoked grant take the place of those of its sessions', async () => {
    const { connection, sessionId } = await loadingSession(stores);
    const { _id } = connection;
    const failed = step(2, 2, 11, 'loadingFailed', 'SOURCE_REFUSED');
    await alertSessionErrors({ stores }, { connectionId: _id, sessionId, steps: [failed] });
    const revoked = await connections.change(_id, () => ({
      ownCode: 8,
      ownCodeSince: at,
      authorized: false,
    }));
    const secrets = createSecretBox([{ id: 'k', key: Buffer.alloc(32, 1) }]);
    const ports = { stores, secrets };
    await recordDeauthorized(ports, revoked, sessionId);
    await recordDeauthorized(ports, revoked, sessionId);
    await watch.round();
    assert.deepEqual(
      [await statusOf(`session/${_id}`), await statusOf(`grant/${_id}`)],
      ['settling', 'open'],
    );
    assert.equal((await alerts.get(`grant/${_id}`))?.occurrences, 1);
    await connections.change(_id, () => ({ ownCode: null, ownCodeSince: null, authorized: true }));
    await watch.round();
    assert.equal(await statusOf(`grant/${_id}`), 'settling');
  });

  test('tell of a sync that is disabled for long, until it is enabled or gone', async () => {
    const connection = await connections.create(connectionDoc(newId()));
    const sync = syncDoc(newId('sync'), connection._id);
    await stores.syncs.create(sync);
    const reminders = createSyncReminders({ stores, log: quiet, now: () => new Date('2026-02-01') });
    await reminders.round();
    await reminders.round();
    const incident = `sync/${sync._id}`;
    assert.equal((await alerts.get(incident))?.occurrences, 1);
    assert.equal((await alerts.get(incident))?.command, `tributary sync enable ${sync._id}`);
    await stores.syncs.change(sync._id, () => ({ status: 'pending' }));
    await watch.round();
    assert.equal(await statusOf(incident), 'settling');
  });

  test('of syncs that one destination refuses for its limit are one incident', async () => {
    for (const id of ['one', 'two']) {
      const sync = { ...syncDoc(id, 'c'), status: 'failed' as const, statusReason: 'DESTINATION_QUOTA' };
      await alertSync({ stores }, sync, { id: `event/${id}`, at });
    }
    const doc = await alerts.get('limit/base');
    assert.deepEqual([doc?.cause, doc?.occurrences], ['limit', 2]);
    await watch.round();
    assert.equal(await statusOf('limit/base'), 'settling');
  });

  test('of a report are lines of a root cause that was told, and a failure anew takes the place of the earlier', async () => {
    const connection = await connections.create(connectionDoc(newId()));
    const type = { source: { kind: 'app', connectionId: connection._id, report: 'sales' } } as const;
    const day = '2026-03-01';
    const report = (n: number, reason: string): ReportDoc => ({
      ...newReport({ _id: 'sales', name: 'Sales', company: 'acme' } as ReportTypeDoc, day, day, at, at),
      ...{ _id: `sales/${n}`, failures: 1, kind: 'a', reason, detail: 'It was refused.', fail: true },
    });
    await alerts.raise(alertOf(`grant/${connection._id}`, '1', { cause: 'grant' }));
    for (const n of [1, 2, 2]) await raiseFailed(stores, report(n, 'GRANT_REVOKED'), type);
    const grant = await alerts.get(`grant/${connection._id}`);
    assert.equal(grant?.occurrences, 3);
    assert.match(JSON.stringify(grant?.lines), /Report Sales failed\..*tributary report retry sales/);
    assert.equal(await alerts.get('report/sales/1/1'), null);

    const limited = { ...report(3, 'DESTINATION_QUOTA'), delivery: { destinationId: 'full' } } as ReportDoc;
    await stores.reports.create(limited);
    await raiseFailed(stores, limited, type);
    await watch.round();
    assert.equal(await statusOf('limit/full'), 'open');
    await stores.reports.change(limited._id, () => ({ fail: false }));
    await watch.round();
    assert.equal(await statusOf('limit/full'), 'settling');

    const empty = report(4, 'REPORT_EMPTY');
    await raiseFailed(stores, empty, type);
    await raiseFailed(stores, { ...empty, failures: 2 }, type);
    assert.deepEqual(
      [await statusOf('report/sales/4/1'), await statusOf('report/sales/4/2')],
      ['settling', 'open'],
    );
  });

  test('of a connection in error end when it is started', async () => {
    const connection = await connections.create(connectionDoc(newId(), { status: 'ERROR' }));
    await alerts.raise(alertOf(`connection/${connection._id}`, '1', { cause: 'connection' }));
    await watch.round();
    assert.equal(await statusOf(`connection/${connection._id}`), 'open');
    await connections.change(connection._id, () => ({ status: 'STARTED' }));
    await watch.round();
    assert.equal(await statusOf(`connection/${connection._id}`), 'settling');
  });
});

const syncDoc = (id: string, connectionId: string): SyncDoc =>
  ({
    ...{ _id: id, connectionId, generation: 1, company: 'acme', destinationId: 'base' },
    ...{
      model: { resource: 'orders', filter: [], fields: [] },
      mapping: [],
      keyField: 'id',
      object: 'orders',
    },
    ...{ mode: 'incremental', schedule: { kind: 'manual' }, timeZone: 'Etc/UTC' },
    ...{ rejectedThreshold: 0, rejectionCap: 5, status: 'disabled', statusSince: at, statusReason: null },
    ...{ latestRun: 0, resync: null, version: 1, staged: null, remindedAt: null, seq: 0 },
    ...{ createdBy: { kind: 'person', id: 'ada' }, createdAt: at, updatedAt: at },
  }) as unknown as SyncDoc;
