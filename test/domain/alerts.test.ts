import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type AlertMessage,
  type AlertRaise,
  acknowledged,
  type Incident,
  nextMessage,
  raised,
  resolvedIfStill,
  settled,
  toldOf,
} from '../../domain/alerts.ts';

const holdDownMs = 60_000;
const alert = (id: string, at: Date): AlertRaise => ({
  ...{ incident: 'store', cause: 'store', title: 'Sync application offline', reason: 'The store is gone.' },
  ...{ since: at, occurrence: { id, text: `line ${id}`, at } },
});
const by = { kind: 'person', id: 'ann' } as const;

type Step =
  | { readonly do: 'raise'; readonly id: number }
  | { readonly do: 'settle' | 'tell' | 'acknowledge' }
  | { readonly do: 'wait'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('raise' as const), id: fc.integer({ min: 0, max: 90 }) }),
  fc.record({ do: fc.constantFrom('settle' as const, 'tell' as const, 'acknowledge' as const) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 30_000, 60_000) }),
);

/** Plays steps; everything that is told, by the number of the incident. */
function play(steps: readonly Step[]) {
  let now = 0;
  let incident: Incident | null = null;
  const sent: { number: number; message: AlertMessage }[] = [];
  const tell = (all: boolean) => {
    for (let left = all ? 1_000 : 1; incident !== null && left > 0; left--) {
      const message = nextMessage(incident);
      if (message === null) return;
      sent.push({ number: incident.number, message });
      incident = toldOf(incident, message, `m${incident.number}`);
    }
  };
  for (const one of steps) {
    if (one.do === 'wait') now += one.ms;
    if (one.do === 'tell') tell(false);
    if (one.do === 'raise') {
      incident = raised(incident, alert(`${one.id}`, new Date(now)), new Date(now));
    }
    if (incident === null) continue;
    if (one.do === 'settle') incident = settled(incident, 'It answers again.', new Date(now));
    if (one.do === 'acknowledge') incident = acknowledged(incident, by, new Date(now));
    incident = resolvedIfStill(incident, new Date(now), holdDownMs);
  }
  tell(true);
  return { sent, incident: incident as Incident | null };
}

describe('an incident', () => {
  it('is opened once, told of each occurrence once, and resolved at most once, in this order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { sent, incident } = play(steps);
        for (let number = 1; number <= (incident?.number ?? 0); number++) {
          const kinds = sent.filter((one) => one.number === number).map(({ message }) => message.kind);
          assert.equal(kinds[0], 'opened');
          for (const kind of ['opened', 'acknowledged', 'resolved'] as const)
            assert.ok(kinds.filter((one) => one === kind).length <= 1, kind);
          if (kinds.includes('resolved')) assert.equal(kinds.at(-1), 'resolved');
        }
        if (incident === null) return;
        const last = sent.filter((one) => one.number === incident.number);
        const lines = last.flatMap(({ message }) => (message.kind === 'lines' ? message.lines : []));
        const skipped = last.reduce(
          (sum, { message }) => sum + (message.kind === 'lines' ? message.skipped : 0),
          0,
        );
        assert.equal(lines.length + skipped + 1, incident.occurrences);
        assert.equal(new Set(lines).size, lines.length);
      }),
      { numRuns: 300 },
    );
  });

  it('that comes back within the hold-down time is the same one', () => {
    const { sent, incident } = play([
      { do: 'raise', id: 1 },
      { do: 'tell' },
      { do: 'settle' },
      { do: 'wait', ms: 30_000 },
      { do: 'raise', id: 2 },
      { do: 'wait', ms: 60_000 },
      { do: 'settle' },
      { do: 'wait', ms: 60_000 },
    ]);
    assert.equal(incident?.number, 1);
    assert.deepEqual(
      sent.map(({ message }) => message.kind),
      ['opened', 'lines', 'resolved'],
    );
  });

  it('that was over before anybody could be told is told all the same', () => {
    const { sent } = play([{ do: 'raise', id: 1 }, { do: 'settle' }, { do: 'wait', ms: 60_000 }]);
    assert.deepEqual(
      sent.map(({ message }) => message.kind),
      ['opened', 'resolved'],
    );
  });
});
