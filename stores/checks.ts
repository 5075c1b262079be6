import type { Db } from 'mongodb';
import { getMany, idsPerRead } from './commands.ts';
import { type Count, createKeyed } from './keyed.ts';
import type { CheckDoc } from './model.ts';
import { collections } from './names.ts';
import { idsBelow } from './sessions.ts';

export const checkId = (sessionId: string, resource: string, check: string): string =>
  `${sessionId}/${resource}/${check}`;

/** The earlier results of one check. */
export interface CheckHistory {
  readonly connectionId: string;
  readonly resource: string;
  readonly check: string;
  /** Only sessions with a smaller number. */
  readonly before: number;
  readonly limit: number;
}

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
    /** Newest first. Sessions without this check are passed over. */
    async history({ connectionId, resource, check, before, limit }: CheckHistory): Promise<CheckDoc[]> {
      const found: CheckDoc[] = [];
      for (let below = before; below > 1 && found.length < limit; below -= idsPerRead) {
        const sessionIds = idsBelow(connectionId, below, idsPerRead);
        found.push(
          ...(await getMany(
            checks,
            sessionIds.map((id) => checkId(id, resource, check)),
          )),
        );
      }
      return found.slice(0, limit);
    },
  };
}
