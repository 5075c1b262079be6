import { parseSessionId } from '../../../domain/contracts.ts';
import { idsBelow } from '../../../stores/sessions.ts';
import type { AnalysisInput } from '../analysis.ts';
import type { ResourceFacts, RunSeen } from './facts.ts';
import { timeOf } from './freshness.ts';
import { mostHistory } from './robust.ts';

const dayMs = 86_400_000;

/** What the checks of every resource of a session look at, but for the series; in few reads. */
export async function readRuns({
  ports: { stores },
  ref,
  session,
}: Pick<AnalysisInput, 'ports' | 'ref' | 'session'>): Promise<
  ReadonlyMap<string, Omit<ResourceFacts, 'series'>>
> {
  const { sessionId, connectionId, generation } = ref;
  const { resources } = session;
  const earlierIds = idsBelow(connectionId, parseSessionId(sessionId)?.number ?? 0, mostHistory);
  const ids = [sessionId, ...earlierIds];
  const [sessions, runs, checkpoints] = await Promise.all([
    stores.sessions.getMany(earlierIds),
    stores.structuring.ofSessions(ids, resources),
    stores.loading.checkpointsOf(ids, resources),
  ]);
  const like = new Set(
    sessions.filter((one) => one.generation === generation && one.scope.replay === undefined).map(idOf),
  );
  const readAs = new Map(checkpoints.map((one) => [one._id, one]));
  const seen = (run: (typeof runs)[number]): RunSeen => ({
    ...{ sessionId: run.sessionId, ledger: run.ledger, nulls: run.nulls },
    ...{ newest: run.newest, drift: run.drift, startedAt: run.startedAt.getTime() },
    kind: readAs.get(run._id)?.read.kind ?? 'full',
    total: readAs.get(run._id)?.total ?? null,
  });
  const facts = resources.flatMap((resource) => {
    const own = runs.find((run) => run.sessionId === sessionId && run.resource === resource);
    if (own === undefined) return [];
    const earlier = runs
      .filter((run) => run.resource === resource && run.status === 'COMPLETED' && like.has(run.sessionId))
      .map(seen);
    return [{ resource, run: seen(own), earlier }];
  });
  const blank = facts.filter(
    ({ run, earlier }) =>
      earlier.length > 0 && ![run, ...earlier].some(({ newest }) => timeOf(newest) !== null),
  );
  const before = await newestBefore();
  return new Map(
    facts.map(({ resource, run, earlier }) => [
      resource,
      { run, earlier, newestBefore: before.get(resource) ?? null },
    ]),
  );

  /** Where no session in sight read a row, the last check still knows how old the newest one was. */
  async function newestBefore(): Promise<Map<string, number>> {
    if (blank.length === 0) return new Map();
    const names = blank.map(({ resource }) => resource);
    const checks = await stores.checks.ofSessions([...like], names, ['freshness']);
    return new Map(
      checks.flatMap(({ resource, value, sessionId: in_ }) => {
        const run = blank
          .find((one) => one.resource === resource)
          ?.earlier.find((one) => one.sessionId === in_);
        return value === null || run === undefined
          ? []
          : [[resource, run.startedAt - value * dayMs] as const];
      }),
    );
  }
}

const idOf = ({ _id }: { readonly _id: string }): string => _id;
