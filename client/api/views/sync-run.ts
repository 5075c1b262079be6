import { type ErrorKind, errors } from '../../../domain/errors.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { budgetSentence } from '../../../domain/sync-budget.ts';
import type { SyncRunLedger } from '../../../domain/sync-contracts.ts';
import type { SyncRunStatus } from '../../../domain/sync-run.ts';
import type { SyncRecordDoc, SyncRunDoc } from '../../../stores/model.ts';
import type { RouteDeps } from '../deps.ts';
import type { SyncRecordView, SyncRunView } from '../schemas/sync-runs.ts';

const words: Readonly<Record<SyncRunStatus, string>> = {
  started: 'started',
  querying: 'looks at what changed',
  queued: 'waits for its destination',
  inProgress: 'delivers',
  paused: 'interrupted, resumes next run',
  success: 'delivered',
  failed: 'failed',
  canceled: 'canceled',
};

/** Reasons that are no failure. */
const reasons: Readonly<Record<string, string>> = {
  CANCELED: 'It was canceled; what was delivered stays delivered.',
  SYNC_DELETED: 'The sync was deleted; what was delivered stays delivered.',
  CONNECTION_PAUSED: 'Its connection was paused: resume it, then the next run delivers the rest.',
  CONNECTION_DISCONNECTED: 'Its connection was disconnected.',
};

/** What a reason code means and what to do, in a sentence or two; null where there is none. */
export function reasonText(reason: string | null): string | null {
  if (reason === null) return null;
  const known = (errors as Readonly<Record<string, ErrorKind>>)[reason];
  return reasons[reason] ?? (known === undefined ? null : `${known.message} ${known.whatToDo}`);
}

export const deliveredOf = ({ inserted, updated, deleted }: SyncRunLedger): number =>
  inserted + updated + deleted;

function ledgerView({ staged, ...ledger }: SyncRunLedger): SyncRunView['ledger'] {
  const failed = ledger.rejected + ledger.quarantined;
  const percentFailed = staged === 0 ? 0 : Math.round((failed / staged) * 1000) / 10;
  return { total: staged, ...ledger, percentFailed };
}

/** A run as the API shows it. */
export async function syncRunView(
  { stores, now }: Pick<RouteDeps, 'stores' | 'now'>,
  run: SyncRunDoc,
  destinationId: string,
): Promise<SyncRunView> {
  const { status, ledger, startedAt, since, endedAt, budget } = run;
  const until = endedAt ?? (status === 'paused' ? since : now());
  const durationMs = Math.max(0, until.getTime() - startedAt.getTime());
  const rows = deliveredOf(ledger);
  const place = status === 'queued' ? await stores.destinations.place(destinationId, run.syncId) : null;
  const { quarantined } = ledger;
  const aside =
    status === 'success' && quarantined > 0
      ? `, ${quarantined} ${quarantined === 1 ? 'row' : 'rows'} to quarantine`
      : '';
  const text = status === null ? 'begins' : `${words[status]}${aside}`;
  return {
    id: run._id,
    sync: run.syncId,
    number: run.number,
    kind: run.kind,
    key: run.key,
    status,
    text: place === null || place === 0 ? text : `${text}, place ${place} in the queue`,
    reason: run.reason,
    sentence: reasonText(run.reason),
    detail: run.detail,
    by: run.by,
    ledger: ledgerView(ledger),
    toDeliver: run.toDeliver,
    place,
    requests: run.requests,
    budget:
      budget == null
        ? null
        : {
            calls: budget.calls,
            atLeastMs: budget.atLeastMs,
            exceeds: budget.exceeds,
            sentence: budgetSentence(budget),
          },
    startedAt: startedAt.toISOString(),
    since: since.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    durationMs,
    rowsPerSecond: rows > 0 && durationMs > 0 ? Math.round((rows / durationMs) * 10_000) / 10 : null,
  };
}

/** A row of a sync as the API shows it. */
export const syncRecordView = (doc: SyncRecordDoc): SyncRecordView => ({
  key: doc._id,
  action: doc.action,
  status: doc.status,
  run: doc.run,
  deliveredRun: doc.deliveredRun,
  attempts: doc.attempts,
  triedAgainIn: doc.notBefore,
  error: doc.error,
  fields: fieldsOf(doc),
  at: doc.at.toISOString(),
});

/** Kept as JSON text; a delete has none. */
export const fieldsOf = ({ fields }: Pick<SyncRecordDoc, 'fields'>): JsonObject | null =>
  fields === null || fields === '' ? null : (JSON.parse(fields) as JsonObject);
