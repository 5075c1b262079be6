import { hourOf, rowsPerSecond } from '../../domain/statistics.ts';
import type { IngestionDoc } from '../../stores/model.ts';

type Needed = Pick<IngestionDoc, 'connectionId' | 'resource' | 'startedAt'> & { readonly session: number };

/** A completed ingestion run of a minute, as it is stored. */
export function ingestion({
  session,
  ...rest
}: Needed & Partial<Omit<IngestionDoc, keyof Needed>>): IngestionDoc {
  const { connectionId, resource, startedAt, rows = 600 } = rest;
  const sessionId = `${connectionId}.${session}`;
  return {
    ...{ _id: `${sessionId}/${resource}`, sessionId, company: 'acme', app: 'shop', generation: 1 },
    ...{ kind: 'changes', status: 'COMPLETED', reason: null, blockedBy: [], ledger: null },
    ...{ endedAt: new Date(startedAt.getTime() + 60_000), durationMs: 60_000 },
    ...{ rows, bytes: rows * 100, rowsPerSecond: rowsPerSecond(rows, 60_000) },
    ...{ anomalies: [], comparedWith: 0, hour: hourOf(startedAt), formerHours: [], version: 1 },
    ...rest,
  };
}
