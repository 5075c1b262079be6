import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ingestionOf, type SeenPart, type SeenStep } from '../../activities/statistics/ingestion.ts';
import { type IngestionRunStatus, ingestionRunMachine } from '../../domain/ingestion.ts';
import type { ReasonCode } from '../../domain/reasons.ts';
import { type SessionStatus, sessionMachine } from '../../domain/session.ts';
import type { CheckpointDoc, IngestionRunDoc, SessionDoc } from '../../stores/model.ts';

const begin = Date.parse('2026-03-01T09:00:00.000Z');
const minute = 60_000;
const session = {
  ...{ _id: 'c.1', connectionId: 'c', company: 'acme', app: 'shop', generation: 1, scope: {} },
  openedBy: { kind: 'person', id: 'p' },
} as SessionDoc;

/** Steps a minute apart, by the events that the table takes in turn. */
function walk(choices: readonly number[]): SeenStep[] {
  const steps: SeenStep[] = [];
  let from: SessionStatus | null = null;
  for (const choice of choices) {
    const events: readonly string[] = sessionMachine.allowed(from);
    const event = events[choice % Math.max(1, events.length)] as SeenStep['event'] | undefined;
    if (event === undefined) break;
    const move = sessionMachine.advance(from, event);
    if (!move.ok) break;
    const seq = steps.length + 1;
    const reason = event.toUpperCase() as ReasonCode;
    steps.push({ seq, to: move.to, event, reason, at: new Date(begin + seq * minute) });
    from = move.to;
  }
  return steps;
}

const part = (
  startedAt: Date,
  done: boolean,
  structured: boolean,
  lastError: string | null,
  endedAt: Date | null = null,
): SeenPart => ({
  resource: 'orders',
  checkpoint: { startedAt, rows: 10, bytes: 100, done, read: { kind: 'full' } } as CheckpointDoc,
  run: structured ? ({ status: 'COMPLETED', endedAt, reason: null } as IngestionRunDoc) : null,
  lastError,
});

const told = (steps: readonly SeenStep[], of: SeenPart, failedResources: readonly string[] = []) =>
  ingestionOf({ session, steps, failedResources }, of);

/** As the engine has them: what is passed by 12 was loaded or left, what is passed by 15 was structured. */
function along(steps: readonly SeenStep[], loads: boolean, early: boolean) {
  const loading = steps.find(({ to }) => to === 2);
  return steps.map((last, index) => {
    const seen = steps.slice(0, index + 1);
    const passed = (status: number) => seen.some(({ to }) => to === status);
    const done = loads && (early || passed(12));
    const structured = done && (passed(15) || (early && passed(14)));
    return { last, row: told(seen, part(loading?.at ?? last.at, done, structured, null)) };
  });
}

/** Whether the table leads from one to the other by one event, or they are the same. */
const follows = (from: IngestionRunStatus | null, to: IngestionRunStatus | null): boolean =>
  from === to ||
  ingestionRunMachine.transitions.some(
    (row) => (row.from as readonly unknown[]).includes(from) && row.to === to,
  );

describe('an ingestion run as the timeline tells it', () => {
  test('moves only as its table allows, stands still where its session does, and ends with it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(40), { maxLength: 40 }),
        fc.boolean(),
        fc.boolean(),
        (choices, loads, early) => {
          let before: IngestionRunStatus | null = null;
          for (const { last, row } of along(walk(choices), loads, early)) {
            const now: IngestionRunStatus | null = row?.status ?? null;
            assert.ok(follows(before, now), `${before} to ${now} at ${last.to}`);
            const works = [2, 12, 13].includes(last.to);
            if (now !== null && now !== 'COMPLETED')
              assert.equal(now === 'IN_PROGRESS', works && (loads || last.to === 2));
            assert.equal(row?.endedAt === null, now === 'IN_PROGRESS');
            if (row?.durationMs != null) assert.ok(row.durationMs >= 0);
            before = now;
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  const at = (minutes: number) => new Date(begin + minutes * minute);
  const path = (...moves: readonly (readonly [SessionStatus, SeenStep['event'], number])[]): SeenStep[] =>
    moves.map(([to, event, minutes], index) => ({
      ...{ seq: index + 1, to, event, reason: event.toUpperCase() as ReasonCode, at: at(minutes) },
    }));

  test('is nothing before its session came to load', () => {
    const steps = path([6, 'authorize', 0], [9, 'authorized', 1]);
    assert.equal(told(steps, { ...part(at(0), false, false, null), checkpoint: null }), null);
  });

  test('the time in an error status is no part of its duration', () => {
    const steps = path(
      [2, 'load', 0],
      [11, 'loadingFailed', 10],
      [2, 'retry', 70],
      [12, 'loaded', 75],
      [13, 'structure', 75],
      [14, 'structuringFailed', 80],
      [13, 'retry', 200],
      [15, 'structured', 205],
    );
    const row = told(steps, part(at(1), true, true, null, at(205)));
    assert.deepEqual([row?.status, row?.startedAt, row?.endedAt], ['COMPLETED', at(1), at(205)]);
    assert.equal(row?.durationMs, (9 + 10 + 5) * minute);
    assert.equal(row?.rowsPerSecond, 0.01);
  });

  test('a grant that is gone fails it for good, and a disconnect cancels it', () => {
    const revoked = told(
      path([2, 'load', 0], [8, 'grantRevoked', 1]),
      part(at(0), false, false, 'GRANT_REVOKED'),
    );
    assert.deepEqual([revoked?.status, revoked?.reason], ['FAILED', 'GRANTREVOKED']);
    const left = path([2, 'load', 0], [12, 'loaded', 1], [13, 'structure', 1], [26, 'disconnect', 2]);
    assert.equal(told(left, part(at(0), true, false, null))?.status, 'CANCELED');
    const gone = told(left, part(at(0), false, false, 'SOURCE_RESOURCE_NOT_FOUND'));
    assert.deepEqual([gone?.status, gone?.endedAt], ['NOT_FOUND', at(1)]);
  });

  test('a failure names its own reason, or the resources that it waits for', () => {
    const steps = path([2, 'load', 0], [11, 'loadingFailed', 1]);
    const own = told(steps, part(at(0), false, false, 'SOURCE_BAD_ANSWER'), ['orders', 'returns']);
    assert.deepEqual([own?.reason, own?.blockedBy], ['SOURCE_BAD_ANSWER', []]);
    const blocked = told(steps, part(at(0), true, false, null), ['returns']);
    assert.deepEqual([blocked?.reason, blocked?.blockedBy], ['LOADINGFAILED', ['returns']]);
  });
});
