import { type AlertRaise, type Incident, offlineIncident } from '../../domain/alerts.ts';
import { aliveMs } from '../../domain/overview.ts';
import { explainedBy, type Part, partNames, parts, type Seen } from './parts.ts';

/** A part that is silent once may have been busy. */
const failuresNeeded = 2;

/** What is remembered of a part. */
export interface PartHealth {
  /** Looks in a row that found it gone. */
  readonly failures: number;
  /** The first of them. Kept for the hold-down time after it came back: what flaps is told once. */
  readonly since: Date | null;
  readonly wellSince: Date | null;
}

export interface Health {
  readonly parts: Readonly<Record<Part, PartHealth>>;
  /** Since when all but Overview were well; null: they are not. */
  readonly runsSince: Date | null;
  /** Everything was well once since the watchdog started. */
  readonly wasWell: boolean;
}

const unknown: PartHealth = { failures: 0, since: null, wellSince: null };

/** Before anything was seen. */
export const unknownHealth: Health = {
  parts: { engine: unknown, store: unknown, worker: unknown, api: unknown, overview: unknown },
  runsSince: null,
  wasWell: false,
};

/** What a new process takes over: of an incident that is open what was seen of it, else nothing. */
export const takenOver = (health: Health, incident: Incident | null): Health =>
  isOpen(incident) ? { ...health, runsSince: null, wasWell: false } : unknownHealth;

/** What is to be done about what was seen. */
export type Act =
  | { readonly do: 'raise'; readonly alert: AlertRaise }
  | { readonly do: 'settle'; readonly resolution: string };

export interface JudgeOptions {
  /** The command that helps with a part. */
  readonly command: (part: Part) => string;
  /** What is gone when the watchdog starts may be starting too: it is told after so long. In milliseconds. */
  readonly graceMs: number;
  /** A part that came back is well once it has stayed so. In milliseconds. */
  readonly holdDownMs: number;
  readonly startedAt: Date;
}

/** Everything that was seen in one round, judged. */
export interface Judgement {
  readonly health: Health;
  readonly acts: readonly Act[];
  readonly allWell: boolean;
}

const isOpen = (incident: Incident | null): boolean => incident !== null && incident.status !== 'resolved';

/**
 * Says what a round means. A part counts as gone when two looks in a row found it so and nothing else explains it. The
 * first one opens the incident, the others become lines of it; it settles when everything is well.
 * @param incident As it is now; null: there never was one.
 */
export function judge(
  before: Health,
  incident: Incident | null,
  seen: readonly Seen[],
  now: Date,
  options: JudgeOptions,
): Judgement {
  const { command, graceMs, holdDownMs, startedAt } = options;
  const others = seen.filter(({ part }) => part !== 'overview');
  const runsSince = others.some(({ state }) => state === 'gone') ? null : (before.runsSince ?? now);
  const looks = new Map(seen.map((one) => [one.part, counts(one, runsSince, now) ? one : forgiven(one)]));
  const failing = new Set(parts.filter((part) => looks.get(part)?.state === 'gone'));
  const isExplained = (part: Part): boolean => explainedBy[part].some((root) => failing.has(root));

  const next = (part: Part): PartHealth => {
    const known = before.parts[part];
    const idle = !isOpen(incident) && known.failures === 0 ? unknown : known;
    if (!failing.has(part)) {
      const wellSince = idle.wellSince ?? now;
      return now.getTime() - wellSince.getTime() >= holdDownMs
        ? { ...unknown, wellSince }
        : { ...idle, failures: 0, wellSince };
    }
    if (isExplained(part)) return { ...idle, failures: 0, wellSince: null };
    return { failures: known.failures + 1, since: idle.since ?? now, wellSince: null };
  };
  const states = Object.fromEntries(parts.map((part) => [part, next(part)])) as Health['parts'];
  const allWell = failing.size === 0;
  const health = { parts: states, runsSince, wasWell: before.wasWell || allWell };

  if (allWell)
    return {
      ...{ health, allWell },
      acts: incident?.status === 'open' ? [{ do: 'settle', resolution: resolutionOf(seen) }] : [],
    };
  const starting = !health.wasWell && now.getTime() - startedAt.getTime() < graceMs;
  const gone = parts.filter((part) => states[part].failures >= failuresNeeded);
  // What is gone at the same time is named together: the first message may be the only one that is read.
  const reason = gone.map((part) => looks.get(part)?.text ?? '').join(' ');
  const raise = (part: Part): Act => {
    const { since } = states[part];
    const { text = '' } = looks.get(part) ?? {};
    const at = since ?? now;
    const what = { incident: offlineIncident, cause: part, title: 'Sync application offline' } as const;
    const occurrence = { id: `${part}@${at.toISOString()}`, text, at };
    return { do: 'raise', alert: { ...what, reason, since: at, command: command(part), occurrence } };
  };
  const acts = starting && !isOpen(incident) ? [] : gone.map(raise);
  return { health, allWell, acts: acts.length > 0 ? acts : keptOpen(incident) };
}

/** While the incident settles, a single silence keeps it open without a word. */
function keptOpen(incident: Incident | null): readonly Act[] {
  const last = incident?.lines.at(-1);
  if (incident?.status !== 'settling' || last === undefined) return [];
  const { cause, title, reason, since } = incident;
  return [
    { do: 'raise', alert: { incident: offlineIncident, cause, title, reason, since, occurrence: last } },
  ];
}

/** Overview may be old because nothing ran: its time counts from when everything ran again. */
function counts({ part, state, at }: Seen, runsSince: Date | null, now: Date): boolean {
  if (part !== 'overview' || state !== 'gone') return true;
  if (runsSince === null) return false;
  const from = Math.max(at?.getTime() ?? 0, runsSince.getTime());
  return now.getTime() - from > aliveMs;
}

const forgiven = (one: Seen): Seen => ({ ...one, state: 'unchecked' });

function resolutionOf(seen: readonly Seen[]): string {
  const well = seen.filter(({ state }) => state === 'well').map(({ part }) => partNames[part]);
  return `Everything answers again: ${well.join(', ')}.`;
}
