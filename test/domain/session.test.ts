import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  allowedCalls,
  isErrorStatus,
  isFinalStatus,
  type SessionEvent,
  type SessionFacts,
  type SessionStatus,
  sessionMachine,
  sessionStatusKinds,
  sessionStatusNames,
} from '../../domain/session.ts';

const events = [...new Set(sessionMachine.transitions.map((row) => row.event))];
const facts: fc.Arbitrary<SessionFacts> = fc.record({
  aggregator: fc.boolean(),
  webhookPending: fc.boolean(),
  deduplicates: fc.boolean(),
});

/** A random life: any event at any time; those that the table refuses change nothing. */
function walk(steps: readonly SessionEvent[], known: SessionFacts): SessionStatus[] {
  const path: SessionStatus[] = [];
  let status: SessionStatus | null = null;
  for (const event of steps) {
    const move = sessionMachine.advance(status, event, known);
    if (!move.ok) continue;
    status = move.to;
    path.push(status);
  }
  return path;
}

const life = fc.tuple(fc.array(fc.constantFrom(...events), { maxLength: 80 }), facts);

function afterEvent(
  status: SessionStatus | null,
  event: SessionEvent,
  known: SessionFacts,
): SessionStatus | null {
  const move = sessionMachine.advance(status, event, known);
  return move.ok ? move.to : null;
}

/** A random life that mostly moves: of the events that the table takes, one after the other. */
const busyLife = fc.tuple(fc.array(fc.nat(), { maxLength: 60 }), facts).map(([choices, known]) => {
  const path: SessionStatus[] = [];
  let status: SessionStatus | null = null;
  for (const choice of choices) {
    const takes: readonly SessionEvent[] = sessionMachine
      .allowed(status, known)
      .filter((event) => event !== 'disconnect');
    const event = takes[choice % takes.length];
    if (event === undefined) break;
    const next: SessionStatus | null = afterEvent(status, event, known);
    if (next === null) break;
    status = next;
    path.push(next);
  }
  return path;
});

describe('the session machine', () => {
  it('never uses a reserved code', () => {
    for (const reserved of [1, 3, 4, 5, 10, 24]) assert.ok(!(reserved in sessionStatusNames));
  });

  it('keeps every random life in legal statuses, and final ones absorb', () => {
    fc.assert(
      fc.property(life, ([steps, known]) => {
        const path = walk(steps, known);
        for (const status of path) assert.ok(sessionMachine.isStatus(status));
        const end = path.findIndex(isFinalStatus);
        assert.ok(end === -1 || end === path.length - 1);
      }),
    );
  });

  it('never repeats a finished stage: a retry leads back to the failed one only', () => {
    const stage: Partial<Record<SessionStatus, number>> = { 2: 1, 13: 2, 16: 3, 21: 4 };
    const finishes: Partial<Record<SessionStatus, number>> = { 12: 1, 15: 2, 18: 3, 19: 4 };
    fc.assert(
      fc.property(busyLife, (path) => {
        let finished = 0;
        for (const status of path) {
          const at = stage[status];
          assert.ok(
            at === undefined || at > finished,
            `${status} after stage ${finished} in ${path.join(' ')}`,
          );
          finished = Math.max(finished, finishes[status] ?? 0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reaches Synced only through every stage before it', () => {
    fc.assert(
      fc.property(busyLife, (path) => {
        if (path.at(-1) !== 19) return;
        for (const needed of [2, 12, 13, 15, 16, 18] as const) assert.ok(path.includes(needed));
      }),
      { numRuns: 500 },
    );
  });

  it('lets every error status be retried, closed and disconnected by a person', () => {
    for (const status of sessionMachine.statuses.filter(isErrorStatus))
      for (const call of ['retry', 'cancel', 'disconnect'] as const)
        assert.ok(allowedCalls(status).includes(call), `${call} in ${status}`);
  });

  it('takes only disconnect while the connection is paused, and nothing at an end', () => {
    for (const status of sessionMachine.statuses) {
      const expected = sessionStatusKinds[status] === 'final' ? [] : ['disconnect'];
      assert.deepEqual(allowedCalls(status, true), expected);
    }
  });
});
