import type { Db } from 'mongodb';
import { getMany } from './commands.ts';
import { type Count, createKeyed } from './keyed.ts';
import type { CheckDoc } from './model.ts';
import { collections } from './names.ts';

export const checkId = (sessionId: string, resource: string, check: string): string =>
  `${sessionId}/${resource}/${check}`;

/** Monitoring checks. */
export function createChecks(db: Db, count: Count) {
  const checks = db.collection<CheckDoc>(collections.checks);
  const keyed = createKeyed(checks, count);
  return {
    /** Replaces or inserts each by its `_id`. */
    putMany: (docs: readonly CheckDoc[]): Promise<void> => keyed.putMany(docs),
    /** Those that are there, by resource, then by check. */
    forSession: (
      sessionId: string,
      resources: readonly string[],
      names: readonly string[],
    ): Promise<CheckDoc[]> =>
      getMany(
        checks,
        resources.flatMap((resource) => names.map((name) => checkId(sessionId, resource, name))),
      ),
    /** Those of several sessions in few reads; in the order of sessions, then resources. */
    ofSessions: (
      sessionIds: readonly string[],
      resources: readonly string[],
      names: readonly string[],
    ): Promise<CheckDoc[]> =>
      getMany(
        checks,
        sessionIds.flatMap((sessionId) =>
          resources.flatMap((resource) => names.map((name) => checkId(sessionId, resource, name))),
        ),
      ),
  };
}
