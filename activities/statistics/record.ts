import { anomaliesOf, mostCompared } from '../../domain/anomalies.ts';
import { parseSessionId } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import { type IngestionRunStatus, ingestionRunMachine } from '../../domain/ingestion.ts';
import type { IngestionDoc } from '../../stores/model.ts';
import { runId } from '../../stores/structuring.ts';
import type { ActivityPorts } from '../ports.ts';
import { ingestionOf, type SeenSession, type SeenStep, type ToldIngestion } from './ingestion.ts';

type Ports = Pick<ActivityPorts, 'stores' | 'log'>;

/** What is being written: transitions that are not on the timeline yet, or a cancel that closes the session. */
export interface BeingWritten {
  readonly sessionId: string;
  readonly steps: readonly SeenStep[];
  readonly failedResources?: readonly string[];
  readonly canceledAt?: Date;
}

/** Statuses that begin, end or change ingestion runs. */
const telling: ReadonlySet<number> = new Set([2, 8, 11, 12, 13, 14, 15, 23, 26]);

/**
 * Writes the statistics rows of a session. A hand-over waits for the store, but never stops because its statistics
 * could not be made.
 * @throws {TributaryError} STORE_UNAVAILABLE
 */
export async function keepStatistics(ports: Ports, written: BeingWritten): Promise<void> {
  try {
    await record(ports, written);
  } catch (error) {
    if (error instanceof TributaryError && error.retryable) throw error;
    ports.log.error({ sessionId: written.sessionId, err: error }, 'statistics could not be made');
  }
}

/**
 * Writes the rows of a session as they stand after these transitions, from what is stored and from nothing
 * else: the same call again writes the same. Called before the status is written, so that whoever reads the status
 * finds the rows in step with it.
 */
async function record({ stores }: Ports, written: BeingWritten): Promise<void> {
  const { sessionId, steps, failedResources = [], canceledAt } = written;
  if (canceledAt === undefined && !steps.some(({ to }) => telling.has(to))) return;
  const session = await stores.sessions.get(sessionId);
  // What a replay takes in was counted when it was read.
  if (session === null || session.scope.replay !== undefined) return;
  const timeline = (await stores.sessions.timeline(sessionId)).filter(
    ({ seq }) => seq < (steps[0]?.seq ?? Infinity),
  );
  const seen: SeenSession = {
    session,
    steps: [...timeline, ...steps],
    failedResources,
    ...(canceledAt === undefined ? {} : { canceledAt }),
  };
  if (!seen.steps.some(({ to }) => to === 2)) return;

  const { resources } = session;
  const [checkpoints, runs, exchanges] = await Promise.all([
    stores.loading.checkpoints(sessionId, resources),
    stores.structuring.many(sessionId, resources),
    stores.exchanges.many(sessionId, resources),
  ]);
  const before = await stores.statistics.many(resources.map((resource) => runId(sessionId, resource)));
  const rows = await Promise.all(
    resources.map(async (resource): Promise<IngestionDoc | null> => {
      const _id = runId(sessionId, resource);
      const over = before.find((one) => one._id === _id && isOver(one));
      if (over !== undefined) return over;
      const told = ingestionOf(seen, {
        resource,
        checkpoint: checkpoints.find((one) => one._id === _id) ?? null,
        run: runs.find((one) => one._id === _id) ?? null,
        lastError: exchanges.find((one) => one._id === _id)?.exchanges.at(-1)?.error ?? null,
      });
      return told === null ? null : judged(stores, told);
    }),
  );
  await stores.statistics.put(rows.filter((row) => row !== null));
}

/** What it was made from may be gone by now; it is only given again so that its hour is summed. */
const isOver = ({ status }: IngestionDoc): boolean =>
  (ingestionRunMachine.ends as readonly IngestionRunStatus[]).includes(status);

/**
 * Compares a completed run with those before it. Like with like: by read kind, in this generation. A backfill is
 * what a person asked for and is never unusual.
 */
async function judged(stores: ActivityPorts['stores'], told: ToldIngestion): Promise<IngestionDoc> {
  const { connectionId, sessionId, resource, kind, generation, status, durationMs, rows } = told;
  if (status !== 'COMPLETED' || kind === 'range' || kind === null)
    return { ...told, anomalies: [], comparedWith: 0 };
  const earlier = await stores.statistics.earlier({
    connectionId,
    resource,
    before: parseSessionId(sessionId)?.number ?? 1,
    limit: mostCompared,
    where: (row) => row.status === 'COMPLETED' && row.kind === kind && row.generation === generation,
  });
  const compared = earlier.map((row) => ({ rows: row.rows, durationMs: row.durationMs ?? 0 }));
  const anomalies = anomaliesOf({ rows, durationMs: durationMs ?? 0 }, compared);
  return { ...told, anomalies, comparedWith: earlier.length };
}
