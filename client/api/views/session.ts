import { type ErrorKind, errors } from '../../../domain/errors.ts';
import { addLedgers, type Ledger } from '../../../domain/ledger.ts';
import { type ExplainFacts, explain } from '../../../domain/reasons.ts';
import { sessionStatusNames, substages } from '../../../domain/session.ts';
import type { AutoPaused, CheckpointDoc, Drift, IngestionRunDoc, SessionDoc } from '../../../stores/model.ts';
import { callsOf } from '../../refusals.ts';
import type { RouteDeps } from '../deps.ts';
import { shownDefinition } from '../find.ts';
import type { Session, Why } from '../schemas/sessions.ts';
import { shownReason, summaryOf } from './session-summary.ts';
import { deliveredText, deliveredView } from './sync-delivered.ts';

/** A session with how far each of its resources is. */
interface Insight {
  readonly session: SessionDoc;
  readonly checkpoints: ReadonlyMap<string, CheckpointDoc>;
  readonly runs: ReadonlyMap<string, IngestionRunDoc>;
  readonly sum: Ledger;
  readonly latestSession: number;
  /** Why the connection is in ERROR, if it is. */
  readonly connectionError: string | undefined;
  /** Set while the connection is paused because its sessions kept failing. */
  readonly autoPaused: AutoPaused | undefined;
}

async function insightOf({ stores }: RouteDeps, stored: SessionDoc): Promise<Insight> {
  const session = await withPlace(stores, stored);
  const { _id, connectionId, resources } = session;
  const [checkpoints, runs, connection] = await Promise.all([
    stores.loading.checkpoints(_id, resources),
    stores.structuring.many(_id, resources),
    stores.connections.get(connectionId),
  ]);
  return {
    session,
    checkpoints: new Map(checkpoints.map((one) => [one._id.slice(_id.length + 1), one])),
    runs: new Map(runs.map((one) => [one.resource, one])),
    sum: addLedgers(...runs.map(({ ledger }) => ledger)),
    latestSession: connection?.latestSession ?? session.number,
    connectionError:
      connection?.status === 'ERROR' ? (connection.errorReason ?? 'a lifecycle procedure failed') : undefined,
    autoPaused: connection?.status === 'PAUSED' ? (connection.autoPaused ?? undefined) : undefined,
  };
}

/** The place in the queue is stored when the session came; here it is as it is now. */
async function withPlace({ slots }: RouteDeps['stores'], session: SessionDoc): Promise<SessionDoc> {
  if (session.waitingFor == null) return session;
  const now = await slots.waitsFor(session.connectionId);
  return now === null ? session : { ...session, waitingFor: { ...session.waitingFor, ...now } };
}

/** The resources that a sentence should name: failed ones, else those at work. */
function resourcesToName({ session, checkpoints, runs }: Insight): readonly string[] {
  if (session.failedResources.length > 0) return session.failedResources;
  if (session.status === 2) return session.resources.filter((id) => checkpoints.get(id)?.done !== true);
  if (session.status === 13) return session.resources.filter((id) => runs.get(id)?.status !== 'COMPLETED');
  return [];
}

/** `2026-03-01 08:00:12 UTC` */
const readable = (at: Date): string =>
  at
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');

const messageOf = (reason: string): string | undefined =>
  (errors as Readonly<Record<string, ErrorKind>>)[reason]?.message;

function sentenceOf(deps: RouteDeps, insight: Insight): string {
  const { session, checkpoints, connectionError } = insight;
  const { status, since, until, detail, waitingFor } = session;
  const reason = shownReason(session);
  if (status === null || reason === null)
    return `It was opened at ${readable(session.openedAt)} and has not reached its first status; if that lasts, see that a worker runs.`;
  const rows = [...checkpoints.values()].reduce((total, one) => total + one.rows, 0);
  const atWork = substages.find((name) =>
    ['failed', 'running'].includes(session.substages[name]?.status ?? ''),
  );
  const definition = shownDefinition(deps, session.app);
  const app = definition?.name ?? session.app;
  // The workflow does not know how the app is authorized.
  const byCredentials = definition !== undefined && definition.auth.kind !== 'oauth2';
  const facts: ExplainFacts = {
    sessionId: session._id,
    connectionId: session.connectionId,
    app,
    resources: resourcesToName(insight),
    ...(atWork === undefined ? {} : { substage: atWork }),
    quarantined: leftOf(insight),
    ...(rows === 0 ? {} : { rows }),
    held: session.held !== null,
    ...(connectionError === undefined ? {} : { connectionError }),
    ...(waitingFor == null ? {} : { waitsFor: waitingFor }),
    closed: session.closedAt !== null,
    // What only repeats the reason says nothing new.
    ...(detail === null || detail === messageOf(reason) ? {} : { cause: detail }),
  };
  return explain({
    status,
    statusName: sessionStatusNames[status],
    reason: reason === 'WAITING_FOR_CONSENT' && byCredentials ? 'WAITING_FOR_CREDENTIALS' : reason,
    since: readable(since),
    until: until === null ? undefined : readable(until),
    facts,
  });
}

/** Who only reads why a session fails has to hear that nothing is started any more. */
function pausedBecause({ session, autoPaused }: Insight): string {
  if (autoPaused === undefined) return '';
  const { at, failures, since } = autoPaused;
  return `The connection was paused by itself at ${readable(at)}, because its sessions failed ${failures} times since ${readable(since)}: mend the cause, then resume it (tributary connection resume ${session.connectionId}). `;
}

/** One sentence about what a session waits for, and which call moves it on. */
export async function whyView(deps: RouteDeps, session: SessionDoc): Promise<Why> {
  const insight = await insightOf(deps, session);
  const { code, name, reason, until } = summaryOf(insight.session);
  const sentence = `${pausedBecause(insight)}${sentenceOf(deps, insight)}`;
  const allowed = [...callsOf(session, insight.latestSession)];
  return { sessionId: session._id, code, name, reason, sentence, until, allowed };
}

/** A session as the API shows it. */
export async function sessionView(deps: RouteDeps, session: SessionDoc): Promise<Session> {
  const insight = await insightOf(deps, session);
  const { checkpoints, runs, sum, latestSession } = insight;
  const summary = summaryOf(insight.session);
  const left = leftOf(insight);
  const rows = left === 1 ? 'row' : 'rows';
  const delivered = await deliveredView(deps, session);
  const quarantined = left === 0 ? '' : `, ${left} ${rows} in quarantine`;
  return {
    ...summary,
    company: session.company,
    app: session.app,
    generation: session.generation,
    text: `${summary.name}${quarantined}${deliveredText(delivered)}`,
    sentence: sentenceOf(deps, insight),
    detail: session.detail,
    failedResources: [...session.failedResources],
    openedBy: session.openedBy,
    allowed: [...callsOf(session, latestSession)],
    resources: session.resources.map((id) => ({
      id,
      loading: loadingOf(checkpoints.get(id), deps.now()),
      structuring: structuringOf(runs.get(id)),
    })),
    substages: substages.map((name) => {
      const state = session.substages[name];
      return {
        name,
        status: state?.status ?? 'notStarted',
        reason: state?.reason ?? null,
        startedAt: state?.startedAt?.toISOString() ?? null,
        endedAt: state?.endedAt?.toISOString() ?? null,
        counts: { ...state?.counts },
      };
    }),
    ledger: sum,
    delivered,
  };
}

/** Its rows that are in quarantine now: those that were replayed or discarded since are not. */
const leftOf = ({ session, sum }: Insight): number => session.quarantineLeft ?? sum.quarantined;

const structuringOf = (run: IngestionRunDoc | undefined) =>
  run === undefined
    ? null
    : { status: run.status, reason: run.reason, ledger: run.ledger, drift: driftView(run.drift) };

/** How the fields of the rows changed; null while that is not known. */
export const driftView = (drift: Drift | null) =>
  drift && {
    class: drift.class,
    added: [...drift.added],
    removed: [...drift.removed],
    retyped: [...drift.retyped],
  };

function loadingOf(checkpoint: CheckpointDoc | undefined, now: Date) {
  if (checkpoint === undefined) return null;
  const { rows, batches, bytes, total, done, startedAt, lastBatchAt } = checkpoint;
  const secs = (lastBatchAt.getTime() - startedAt.getTime()) / 1000;
  const rowsPerSecond = rows > 0 && secs > 0 ? Math.round((rows / secs) * 10) / 10 : null;
  const left = total === null ? null : Math.max(0, total - rows);
  const expectedEnd =
    done || left === null || rowsPerSecond === null || rowsPerSecond === 0
      ? null
      : new Date(now.getTime() + (left / rowsPerSecond) * 1000).toISOString();
  return { rows, batches, bytes, total, done, rowsPerSecond, expectedEnd };
}
