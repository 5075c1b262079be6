import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  configurationMachine,
  configurationStatuses,
  connectionMachine,
  connectionStatuses,
  reportedStatus,
} from '../../domain/connection.ts';
import { ingestionProcessMachine, rollUpIngestion } from '../../domain/ingestion.ts';
import { guardProcedure, type ProcedureName, procedures } from '../../domain/procedures.ts';
import { failedKind, reportMachine } from '../../domain/report.ts';
import { syncEventAfterRun, syncMachine } from '../../domain/sync.ts';
import { planSyncRecord, syncRecordMachine } from '../../domain/sync-record.ts';
import { syncRunMachine } from '../../domain/sync-run.ts';

describe('connection', () => {
  test('finalizing needs a connected configuration and a resource to load', () => {
    assert.equal(connectionMachine.advance('CONFIGURING', 'finalize').ok, false);
    assert.equal(
      connectionMachine.advance('CONFIGURING', 'finalize', { configurationConnected: true }).ok,
      true,
    );
    const empty = { configurationConnected: true, noResourceEnabled: true };
    assert.equal(connectionMachine.advance('CONFIGURING', 'finalize', empty).ok, false);
    assert.equal(
      configurationMachine.advance('CONNECTED', 'finalize', { noResourceEnabled: true }).ok,
      false,
    );
  });

  test('no wizard step takes back a later one', () => {
    for (const from of configurationStatuses)
      for (const event of ['completePrerequisites', 'configure', 'connect', 'finalize'] as const) {
        const move = configurationMachine.advance(from, event);
        if (move.ok) assert.ok(configurationStatuses.indexOf(move.to) >= configurationStatuses.indexOf(from));
      }
  });

  test('people outside see a working procedure as the status it started from', () => {
    const seen = connectionStatuses.filter((status) => reportedStatus(status) !== status);
    assert.deepEqual(seen, ['STARTING', 'PAUSING']);
    assert.equal(reportedStatus('PAUSING'), 'STARTED');
    assert.equal(reportedStatus('STARTING'), 'PAUSED');
  });

  test('a refused procedure names what was expected and what is', () => {
    const finalized = { configurationStatus: 'FINALIZED' } as const;
    assert.deepEqual(guardProcedure('updatePool', { status: 'STARTED', ...finalized }), {
      responseCode: 'INVALID_CONNECTOR_STATUS',
      message: 'Expected status PAUSED, current is STARTED.',
    });
    const early = { status: 'CONFIGURING', configurationStatus: 'INSTALLED' } as const;
    assert.deepEqual(guardProcedure('setConnectionConfiguration', early), {
      responseCode: 'INVALID_CONNECTOR_CONFIGURATION_STATUS',
      message: 'Expected configuration status CONFIGURED or CONNECTED, current is INSTALLED.',
    });
    assert.equal(guardProcedure('pause', { status: 'STARTED', ...finalized }).responseCode, 'OK');
  });

  test('a procedure is possible exactly where the lifecycle takes its event', () => {
    const events = [
      ['pause', 'pause'],
      ['resume', 'resume'],
      ['recover', 'recoverToPaused'],
      ['disconnect', 'disconnect'],
      ['connectAgain', 'connectAgain'],
      ['resetConfiguration', 'reset'],
      ['finalizeConfiguration', 'finalize'],
      ['install', 'install'],
    ] as const satisfies readonly (readonly [ProcedureName, string])[];
    for (const [procedure, event] of events)
      assert.deepEqual(
        [...procedures[procedure].statuses].sort(),
        [...connectionMachine.takes(event)].sort(),
        procedure,
      );
  });

  test('a wizard procedure is possible exactly where the configuration takes its event', () => {
    const events = [
      ['completePrerequisitesStep', 'completePrerequisites'],
      ['configureConnector', 'configure'],
      ['setConnectionConfiguration', 'connect'],
      ['finalizeConfiguration', 'finalize'],
      ['resetConfiguration', 'reset'],
    ] as const;
    for (const [procedure, event] of events)
      assert.deepEqual(
        [...procedures[procedure].configurationStatuses].sort(),
        [...configurationMachine.takes(event)].sort(),
        procedure,
      );
  });
});

describe('sync', () => {
  test('a disabled sync is enabled again to pending, but not without its connection', () => {
    const move = syncMachine.advance('disabled', 'enable');
    assert.equal(move.ok && move.to, 'pending');
    assert.equal(syncMachine.advance('disabled', 'enable', { connectionDisconnected: true }).ok, false);
  });

  test('no run changes a disabled sync', () => {
    assert.deepEqual(syncMachine.allowed('disabled'), ['disable', 'enable']);
  });

  test('canceled, paused and test runs leave the sync alone', () => {
    assert.equal(syncEventAfterRun({ status: 'success', test: false }), 'complete');
    assert.equal(syncEventAfterRun({ status: 'failed', test: false }), 'fail');
    assert.equal(syncEventAfterRun({ status: 'canceled', test: false }), null);
    assert.equal(syncEventAfterRun({ status: 'paused', test: false }), null);
    assert.equal(syncEventAfterRun({ status: 'failed', test: true }), null);
  });

  test('a run with too many rejected rows cannot succeed, only abort', () => {
    const allowed = syncRunMachine.allowed('inProgress', { rejectedAboveThreshold: true });
    assert.deepEqual(allowed, ['pause', 'abort', 'cancel']);
  });
});

describe('sync record', () => {
  const known = { status: 'success', delivered: 'f1', staged: 'f1' } as const;

  test('plans each row by what was delivered and what is staged', () => {
    assert.equal(planSyncRecord(null, 'f1'), 'insert');
    assert.equal(planSyncRecord(null, null), 'skip');
    assert.equal(planSyncRecord(known, 'f1'), 'skip');
    assert.equal(planSyncRecord(known, 'f2'), 'update');
    assert.equal(planSyncRecord(known, null), 'delete');
    assert.equal(planSyncRecord({ status: 'failed', delivered: null, staged: 'f1' }, 'f1'), 'insert');
    assert.equal(planSyncRecord({ status: 'failed', delivered: 'f1', staged: 'f2' }, 'f1'), 'update');
    assert.equal(planSyncRecord({ status: 'pending', delivered: null, staged: 'f1' }, null), 'delete');
    assert.equal(planSyncRecord({ status: 'success', delivered: null, staged: null }, null), 'skip');
    assert.equal(planSyncRecord({ status: 'success', delivered: null, staged: null }, 'f1'), 'insert');
  });

  test('a quarantined row waits until it changes or a person replays it', () => {
    const kept = { status: 'quarantined', delivered: null, staged: 'f1' } as const;
    assert.equal(planSyncRecord(kept, 'f1'), 'skip');
    assert.equal(planSyncRecord(kept, 'f2'), 'insert');
    const staged = syncRecordMachine.advance('quarantined', 'stage', { changed: true });
    assert.equal(staged.ok && staged.to, 'pending');
    const replayed = syncRecordMachine.advance('quarantined', 'replay');
    assert.equal(replayed.ok && replayed.to, 'pending');
  });

  test('a row rejected as often as it may be goes to quarantine', () => {
    const move = syncRecordMachine.advance('pending', 'reject', { capReached: true });
    assert.equal(move.ok && move.to, 'quarantined');
  });
});

describe('ingestion and report', () => {
  test('a finished ingestion process is over; enabling makes a new one', () => {
    assert.deepEqual(ingestionProcessMachine.allowed('FINISHED'), []);
    assert.deepEqual(ingestionProcessMachine.allowed(null), ['enable']);
  });

  test('the roll-up says paused before working before synced', () => {
    const at = '2026-03-01T08:00:00.000Z';
    assert.deepEqual(rollUpIngestion({ paused: true, inProgress: true, lastSyncedAt: at }), {
      state: 'PAUSED',
    });
    assert.deepEqual(rollUpIngestion({ paused: false, inProgress: true, lastSyncedAt: at }), {
      state: 'SYNCING_DATA',
    });
    assert.deepEqual(rollUpIngestion({ paused: false, inProgress: false, lastSyncedAt: at }), {
      state: 'LAST_SYNCED',
      at,
    });
    assert.deepEqual(rollUpIngestion({ paused: false, inProgress: false, lastSyncedAt: null }), {
      state: 'NOT_SYNCING',
    });
  });

  test('inactive types are not due, real-time ones are not filled, one repeats once', () => {
    assert.equal(reportMachine.advance(null, 'fallDue', { inactive: true }).ok, false);
    assert.equal(reportMachine.advance('created', 'fill', { realTime: true }).ok, false);
    assert.equal(reportMachine.advance('created', 'repeat', { repeated: true }).ok, false);
    assert.equal(reportMachine.advance('created', 'repeat').ok, true);
  });

  test('a failure is classed by what was there before it', () => {
    assert.equal(failedKind({ hasRevision: false, sourceAsked: false }), 'a');
    assert.equal(failedKind({ hasRevision: false, sourceAsked: true }), 'b');
    assert.equal(failedKind({ hasRevision: true, sourceAsked: true }), 'c');
  });
});
