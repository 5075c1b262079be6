import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createFileAlerts } from '../../client/watchdog/file-alerts.ts';
import { type Health, judge, takenOver, unknownHealth } from '../../client/watchdog/judge.ts';
import { explainedBy, type Part, parts, type Seen } from '../../client/watchdog/parts.ts';
import { stateFrom, stateText, type WatchdogState } from '../../client/watchdog/state-file.ts';
import {
  type AlertRaise,
  type Incident,
  nextMessage,
  raised,
  resolvedIfStill,
  settled,
  toldOf,
} from '../../domain/alerts.ts';
import { aliveMs } from '../../domain/overview.ts';
import type { AlertDoc } from '../../stores/model.ts';

const roundMs = 15_000;
const holdDownMs = 60_000;
const start = Date.parse('2026-03-02T10:00:00Z');

/** The rules without a process: rounds, and whatever is to be told is told at once. */
function scene({ graceMs = 0 } = {}) {
  let health: Health = unknownHealth;
  let incident: Incident | null = null;
  let at = start;
  let startedAt = new Date(at);
  const told: string[] = [];
  const options = () => ({ command: (part: Part) => `restart ${part}`, graceMs, holdDownMs, startedAt });

  function tell(): void {
    for (;;) {
      if (incident === null) return;
      incident = resolvedIfStill(incident, new Date(at), holdDownMs);
      const message = nextMessage(incident);
      if (message === null) return;
      told.push(message.kind === 'lines' ? `lines ${message.lines.length}` : message.kind);
      incident = toldOf(incident, message, 'm1');
    }
  }
  return {
    told,
    get incident() {
      return incident;
    },
    /** @param gone The parts that do not answer. */
    round(gone: readonly Part[], overviewAt?: Date): void {
      at += roundMs;
      const now = new Date(at);
      const seen: Seen[] = parts.map((part) => ({
        ...{ part, state: gone.includes(part) ? 'gone' : 'well', text: `${part} is silent`, ms: 1 },
        ...(part === 'overview' && overviewAt !== undefined ? { at: overviewAt } : {}),
      }));
      const judged = judge(health, incident, seen, now, options());
      health = judged.health;
      for (const act of judged.acts)
        if (act.do === 'raise') incident = raised(incident, act.alert, now);
        else if (incident !== null) incident = settled(incident, act.resolution, now);
      tell();
    },
    restart(): void {
      // As it comes out of the file.
      const alive = { cells: [], zeros: [] };
      const state: WatchdogState = { version: 1, incident: incident as AlertDoc | null, health, alive };
      const kept = stateFrom(stateText(state));
      incident = kept.incident;
      health = takenOver(kept.health, kept.incident);
      startedAt = new Date(at);
    },
    now: () => new Date(at),
  };
}

type Scene = ReturnType<typeof scene>;
const rounds = (on: Scene, count: number, gone: readonly Part[] = []): void => {
  for (let done = 0; done < count; done++) on.round(gone);
};
const calmRounds = holdDownMs / roundMs + 2;

describe('what the watchdog makes of what it sees', () => {
  it('a part that is silent once is not told', () => {
    const on = scene();
    for (const part of parts) {
      on.round([part]);
      on.round([]);
    }
    assert.deepEqual(on.told, []);
  });

  it('one message names the root; what it explains is not told', () => {
    const on = scene();
    rounds(on, 3, ['engine', 'worker']);
    assert.deepEqual(on.told, ['opened']);
    assert.equal(on.incident?.cause, 'engine');
    assert.equal(on.incident?.reason, 'engine is silent');
    assert.equal(on.incident?.command, 'restart engine');
    assert.deepEqual(on.incident?.since, new Date(start + roundMs));
  });

  it('parts that follow are lines, and the end is told once everything stayed well', () => {
    const on = scene();
    rounds(on, 2, ['worker']);
    rounds(on, 2, ['worker', 'store']);
    rounds(on, 4, ['store']);
    assert.deepEqual(on.told, ['opened', 'lines 1']);
    rounds(on, calmRounds - 2);
    assert.deepEqual(on.told, ['opened', 'lines 1']);
    rounds(on, 2);
    assert.deepEqual(on.told, ['opened', 'lines 1', 'resolved']);
    rounds(on, 2, ['worker']);
    assert.equal(on.incident?.number, 2);
  });

  it('what flaps is one incident with one line', () => {
    const on = scene();
    rounds(on, 2, ['api']);
    for (let turn = 0; turn < 30; turn++) {
      rounds(on, 2);
      rounds(on, 1 + (turn % 3), ['api']);
    }
    rounds(on, calmRounds);
    assert.deepEqual(on.told, ['opened', 'resolved']);
  });

  it('what is gone at the start may be starting: it is told after the grace', () => {
    const on = scene({ graceMs: 60_000 });
    rounds(on, 3, ['worker', 'api']);
    assert.deepEqual(on.told, []);
    rounds(on, 2, ['worker', 'api']);
    assert.deepEqual(on.told, ['opened', 'lines 1']);
    assert.equal(on.incident?.reason, 'worker is silent api is silent');

    const seenWell = scene({ graceMs: 60_000 });
    rounds(seenWell, 1);
    rounds(seenWell, 2, ['worker']);
    assert.deepEqual(seenWell.told, ['opened']);
  });

  it('Overview may be old when nothing ran: its time counts from when everything ran again', () => {
    const on = scene();
    const old = new Date(start - 10 * aliveMs);
    const life = aliveMs / roundMs;
    for (let done = 0; done < life; done++) on.round(['overview'], old);
    assert.deepEqual(on.told, []);
    for (let done = 0; done < 4; done++) on.round(['overview'], old);
    assert.deepEqual([on.told, on.incident?.cause], [['opened'], 'overview']);
  });

  it('never tells twice or forgets, whatever happens in whatever order', () => {
    const step = fc.oneof(
      { weight: 12, arbitrary: fc.subarray([...parts]).map((gone) => ({ gone, restart: false })) },
      { weight: 8, arbitrary: fc.constant({ gone: [] as Part[], restart: false }) },
      { weight: 2, arbitrary: fc.constant({ gone: [] as Part[], restart: true }) },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.integer({ min: 1, max: 8 })), { maxLength: 25 }), (steps) => {
        const on = scene();
        const inARow = new Map<Part, number>();
        let everTwice = false;
        for (const [{ gone, restart }, times] of steps) {
          if (restart) {
            on.restart();
            inARow.clear();
            continue;
          }
          for (let done = 0; done < times; done++) {
            on.round(gone);
            for (const part of parts) {
              // Overview's time is judged apart.
              const isRoot = part !== 'overview' && !explainedBy[part].some((root) => gone.includes(root));
              inARow.set(part, gone.includes(part) && isRoot ? (inARow.get(part) ?? 0) + 1 : 0);
              if ((inARow.get(part) ?? 0) < 2) continue;
              everTwice = true;
              assert.equal(on.incident?.status, 'open', `${part} is gone and nobody was told`);
            }
          }
        }
        if (!everTwice && !steps.some(([{ restart }]) => restart)) assert.deepEqual(on.told, []);
        rounds(on, calmRounds);
        const heads = on.told.filter((kind) => !kind.startsWith('lines'));
        assert.deepEqual(
          heads,
          heads.map((_, place) => (place % 2 === 0 ? 'opened' : 'resolved')),
        );
        assert.equal(heads.length % 2, 0, 'an incident was not resolved');
        assert.ok(on.incident === null || on.incident.status === 'resolved');
      }),
      { numRuns: 300 },
    );
  });
});

it('the outbox of the file behaves as the one of the store', async () => {
  let state: WatchdogState = {
    ...{ version: 1, incident: null, health: unknownHealth, alive: { cells: [], zeros: [] } },
  };
  const file = {
    get state() {
      return state;
    },
    save: async (change: Partial<WatchdogState>) => {
      state = stateFrom(stateText({ ...state, ...change }));
    },
  };
  const alerts = createFileAlerts(file);
  const alert: AlertRaise = {
    ...{ incident: 'offline', cause: 'engine', title: 'Sync application offline', reason: 'silent' },
    ...{ since: new Date(start), occurrence: { id: 'a', text: 'silent', at: new Date(start) } },
  };
  await alerts.settle('offline', 'nothing');
  await alerts.raise(alert);
  await alerts.raise(alert);
  await alerts.raise({ ...alert, occurrence: { ...alert.occurrence, id: 'b' } });
  const [doc] = await alerts.open();
  assert.deepEqual([doc?.occurrences, doc?.status, doc?.since], [2, 'open', new Date(start)]);
  await alerts.settle('offline', 'back');
  assert.equal((await alerts.get('offline'))?.status, 'settling');
  await assert.rejects(
    alerts.change('other', () => null),
    { code: 'NOT_FOUND' },
  );
  assert.equal(await alerts.lease('me', 1), true);
});
