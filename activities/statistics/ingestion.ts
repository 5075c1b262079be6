import {
  type IngestionRunEvent,
  type IngestionRunStatus,
  ingestionRunMachine,
} from '../../domain/ingestion.ts';
import { hourOf, rowsPerSecond } from '../../domain/statistics.ts';
import type {
  CheckpointDoc,
  IngestionDoc,
  IngestionRunDoc,
  SessionDoc,
  TimelineDoc,
} from '../../stores/model.ts';
import { runId } from '../../stores/structuring.ts';

/** One transition of the session, as far as it matters here. */
export type SeenStep = Pick<TimelineDoc, 'seq' | 'to' | 'event' | 'reason' | 'at'>;

/** What is stored of one resource's part of a session. */
export interface SeenPart {
  readonly resource: string;
  readonly checkpoint: CheckpointDoc | null;
  readonly run: IngestionRunDoc | null;
  /** Error code of its last request to the app, if that failed. */
  readonly lastError: string | null;
}

/** What is stored of a session. */
export interface SeenSession {
  readonly session: SessionDoc;
  /** Every transition, in order, the ones that are being written included. */
  readonly steps: readonly SeenStep[];
  /** As the last of them says. */
  readonly failedResources: readonly string[];
  /** When a person closed it by `cancel`. */
  readonly canceledAt?: Date;
}

/** A row as the stored documents tell it; what is unusual about it is judged after. */
export type ToldIngestion = Omit<IngestionDoc, 'anomalies' | 'comparedWith'>;

interface Turn {
  readonly event: IngestionRunEvent;
  readonly reason: string | null;
  readonly at: Date;
}

const standing: ReadonlySet<number> = new Set([11, 14, 23]);

/**
 * Tells one ingestion run from what is stored (states.md section 6); null when the session never came to load. It is
 * IN_PROGRESS from then on, COMPLETED at 15, FAILED at 11, 14, 23 and when the grant is gone, CANCELED when the
 * session is closed by `cancel` or disconnected, NOT_FOUND where the app no longer has the resource and the others
 * went on. A resource that was structured before the session stopped in 14 is complete: it is never repeated.
 */
export function ingestionOf(seen: SeenSession, part: SeenPart): ToldIngestion | null {
  const { session, steps, failedResources, canceledAt } = seen;
  const { resource, checkpoint, run } = part;
  const begun = steps.find(({ to }) => to === 2);
  if (begun === undefined) return null;

  let status: IngestionRunStatus | null = null;
  let last: Turn | null = null;
  for (const turn of turnsOf(seen, part)) {
    const move = ingestionRunMachine.advance(status, turn.event);
    if (!move.ok) continue;
    status = move.to;
    last = turn;
  }
  if (status === null || last === null) return null;

  const startedAt = checkpoint?.startedAt ?? begun.at;
  const inProgress = status === 'IN_PROGRESS';
  const ended = status === 'COMPLETED' ? (run?.endedAt ?? last.at) : last.at;
  const endedAt = inProgress ? null : new Date(Math.max(ended.getTime(), startedAt.getTime()));
  const durationMs = endedAt === null ? null : activeMs(steps, startedAt, endedAt);
  const rows = checkpoint?.rows ?? 0;
  const isOwn = status !== 'FAILED' || isOwnFault(seen, part);
  const { connectionId, company, app, generation } = session;
  return {
    _id: runId(session._id, resource),
    sessionId: session._id,
    connectionId,
    company,
    app,
    generation,
    resource,
    configuration: configurationOf(session, resource),
    kind: checkpoint?.read.kind ?? null,
    status,
    reason: inProgress ? null : last.reason,
    blockedBy: isOwn ? [] : failedResources.filter((id) => id !== resource),
    startedAt,
    endedAt,
    durationMs,
    rows,
    bytes: checkpoint?.bytes ?? 0,
    rowsPerSecond: rowsPerSecond(rows, durationMs),
    ledger: run?.ledger ?? null,
    hour: hourOf(startedAt),
    formerHours: [],
    version: (steps.at(-1)?.seq ?? 0) * 2 + (canceledAt === undefined ? 0 : 1),
  };
}

/** Only ticks come for a configuration: `global`, or `<resource>.<id>`. */
function configurationOf({ openedBy, scope }: SessionDoc, resource: string): string | null {
  const { configuration } = scope;
  if (openedBy.kind !== 'schedule' || configuration === undefined) return null;
  return configuration.startsWith(`${resource}.`) ? configuration.slice(resource.length + 1) : configuration;
}

/** What each transition of the session means for the run, in order; the machine takes what it allows. */
function turnsOf(seen: SeenSession, part: SeenPart): Turn[] {
  const { steps, canceledAt: at } = seen;
  // What the session went on without is over for it, whatever becomes of the others.
  const leftAt = isLoaded(part) ? -1 : steps.findIndex(({ to }) => to === 12);
  if (leftAt >= 0) return steps.slice(0, leftAt + 1).flatMap((step) => turnsAt(step, seen, part));
  const turns = steps.flatMap((step) => turnsAt(step, seen, part));
  return at === undefined ? turns : [...turns, { event: 'cancel', reason: 'CANCELED', at }];
}

const isLoaded = ({ checkpoint }: SeenPart): boolean => checkpoint?.done === true;

function turnsAt({ to, event, reason, at }: SeenStep, seen: SeenSession, part: SeenPart): Turn[] {
  const loaded = isLoaded(part);
  const structured = part.run?.status === 'COMPLETED';
  const complete: Turn = { event: 'complete', reason: null, at };
  switch (to) {
    case 2:
      return [
        { event: 'start', reason: null, at },
        { event: 'retry', reason: null, at },
      ];
    case 12:
      if (loaded) return [];
      return part.lastError === 'SOURCE_RESOURCE_NOT_FOUND'
        ? [{ event: 'notFound', reason: part.lastError, at }]
        : [{ event: 'fail', reason: part.lastError ?? 'UNKNOWN_ERROR', at }];
    case 13:
      return event === 'retry' && loaded ? [{ event: 'retry', reason: null, at }] : [];
    case 15:
      return loaded ? [complete] : [];
    case 14:
      return structured ? [complete] : [failed(part.run?.reason ?? reason)];
    case 11:
      return [
        failed(event === 'loadingFailed' && isOwnFault(seen, part) ? (part.lastError ?? reason) : reason),
      ];
    case 23:
    case 8:
      return [failed(reason)];
    case 26:
      return [{ event: 'cancel', reason, at }];
    default:
      return [];
  }

  function failed(why: string): Turn {
    return { event: 'fail', reason: why, at };
  }
}

/** Where the session names nobody, all that were not finished failed. */
function isOwnFault({ failedResources, steps }: SeenSession, part: SeenPart): boolean {
  if (failedResources.length > 0) return failedResources.includes(part.resource);
  return steps.at(-1)?.to === 14 || !isLoaded(part);
}

/** Milliseconds between two times in which the session did not stand in an error status. */
function activeMs(steps: readonly SeenStep[], from: Date, to: Date): number {
  const stood = steps.reduce((sum, step, index) => {
    if (!standing.has(step.to)) return sum;
    const begin = Math.max(step.at.getTime(), from.getTime());
    const end = Math.min(steps[index + 1]?.at.getTime() ?? to.getTime(), to.getTime());
    return sum + Math.max(0, end - begin);
  }, 0);
  return to.getTime() - from.getTime() - stood;
}
