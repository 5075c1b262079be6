import { parseSessionId, sessionIdOf } from '../../domain/contracts.ts';
import { checkId } from '../../stores/checks.ts';
import type { CheckDoc, IngestionRunDoc } from '../../stores/model.ts';
import type { AnalysisInput, SubstageCounts } from './analysis.ts';
import { fieldDrift, freshness, nullRates, type Verdict, volume } from './checks.ts';

/** Earlier sessions that a check learns from. */
const lookBack = 20;

/**
 * Monitoring in its first form: freshness, volume and null rates of each resource against the connection's own
 * earlier sessions. A check says its method, what it expected and what it saw; none of them stops a session.
 */
export async function monitor({ ports: { stores }, ref, session }: AnalysisInput): Promise<SubstageCounts> {
  const { sessionId, connectionId } = ref;
  // A few rows of quarantine say nothing of what the app usually has.
  if (session.scope.replay !== undefined) return { checks: 0, passed: 0, warned: 0, failed: 0 };
  const number = parseSessionId(sessionId)?.number ?? 0;
  const at = new Date();
  const docs: CheckDoc[] = [];
  for (const run of await stores.structuring.many(sessionId, session.resources)) {
    const earlier = await earlierRuns(run.resource);
    const verdicts: readonly Verdict[] = [
      freshness(run, earlier, at),
      volume(run, earlier),
      nullRates(run, earlier),
      fieldDrift(run),
    ];
    for (const verdict of verdicts) {
      const _id = checkId(sessionId, run.resource, verdict.check);
      docs.push({ _id, sessionId, connectionId, resource: run.resource, ...verdict, at });
    }
  }
  if (docs.length > 0) await stores.checks.putMany(docs);
  const count = (severity: CheckDoc['severity']) => docs.filter((doc) => doc.severity === severity).length;
  return { checks: docs.length, passed: count('pass'), warned: count('warn'), failed: count('fail') };

  /** Completed runs of the resource in this generation, newest first. */
  async function earlierRuns(resource: string): Promise<IngestionRunDoc[]> {
    const numbers = Array.from({ length: Math.min(lookBack, number - 1) }, (_, back) => number - 1 - back);
    const sessions = await stores.sessions.getMany(numbers.map((n) => sessionIdOf(connectionId, n)));
    const runs: IngestionRunDoc[] = [];
    const like = sessions.filter(
      ({ generation, scope }) => generation === ref.generation && scope.replay === undefined,
    );
    for (const one of like) {
      const [run] = await stores.structuring.many(one._id, [resource]);
      if (run?.status === 'COMPLETED') runs.push(run);
    }
    return runs;
  }
}
