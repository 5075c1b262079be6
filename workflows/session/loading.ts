import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { heavy } from './activities.ts';
import { advance } from './advance.ts';
import { wants } from './calls.ts';
import { claim } from './claim.ts';
import { type StageFailure, stageFailure } from './failure.ts';
import { stopAsAsked } from './interruptions.ts';
import type { SessionRun } from './run.ts';
import { wait } from './wait.ts';
import { inLanes, work } from './work.ts';

/** At most so many resources are read at a time. */
const loadingLanes = 4;

/** 25: an aggregator sends a webhook when its data are ready. */
export async function awaitWebhook(run: SessionRun): Promise<void> {
  const deadline = run.deadline ?? run.clock.now() + run.input.durations.webhookWaitMs;
  const stopped = () => run.disconnect !== null || run.canceled || wants(run, 'cancel');
  for (;;) {
    const found = await claim(run);
    if (found.revoked) return advance(run, [{ event: 'grantRevoked', reason: 'GRANT_REVOKED' }]);
    if (found.webhook === 'failed')
      return advance(run, [{ event: 'aggregatorFailed', reason: 'AGGREGATOR_ERROR' }]);
    if (found.webhook === 'arrived') {
      run.webhookPending = false;
      run.progressed();
      return advance(run, [{ event: 'webhookArrived', reason: 'LOADING' }]);
    }
    const inTime = await wait(run, () => run.told || stopped(), deadline);
    if (stopped()) return stopAsAsked(run);
    if (!inTime) return advance(run, [{ event: 'webhookTimedOut', reason: 'WEBHOOK_TIMED_OUT' }]);
  }
}

/** 2: one activity a resource reads pages and stores batches; what is loaded stays loaded. */
export async function load(run: SessionRun): Promise<void> {
  const { durations } = run.input;
  const failures = new Map<string, StageFailure>();
  const end = await work(run, { budgetMs: durations.loadingMs, endedBy: 'timer' }, () => {
    failures.clear();
    const waiting = run.session.resources.filter(({ id }) => !run.finished.loaded.has(id));
    return inLanes(loadingLanes, waiting, ({ id }) => loadOne(run, id, failures));
  });
  if (end.kind === 'interrupted') return stopAsAsked(run);
  if (end.kind === 'tooLong') return advance(run, [{ event: 'loadingTimedOut', reason: 'TOO_LONG' }]);
  if (end.kind === 'failed' && failures.size === 0) throw end.error;

  if ([...failures.values()].some(({ progressed }) => progressed)) run.progressed();
  const blocking = [...failures].filter(
    ([id, { reason }]) =>
      endsAll.has(reason) || (run.resource(id)?.onError === 'stop' && reason !== goneAtTheApp),
  );
  const everyFailed = failures.size > 0 && failures.size === run.session.resources.length;
  const first = (everyFailed ? [...failures] : blocking)[0]?.[1];
  if (first === undefined) {
    run.progressed();
    return advance(
      run,
      [
        { event: 'loaded', reason: 'LOADED' },
        { event: 'structure', reason: 'STRUCTURING' },
      ],
      { failedResources: [...failures.keys()] },
    );
  }
  const failedResources = [...failures.keys()];
  const { reason, detail } = [...failures.values()].find((failure) => endsAll.has(failure.reason)) ?? first;
  if (reason === 'GRANT_REVOKED')
    return advance(run, [{ event: 'grantRevoked', reason }], { detail, failedResources });
  if (reason === 'NO_PROGRESS' || reason === 'TOO_LONG')
    return advance(run, [{ event: 'loadingTimedOut', reason }], { detail, failedResources });
  return advance(run, [{ event: 'loadingFailed', reason }], { detail, failedResources });
}

/** A resource that the app no longer has ends NOT_FOUND and holds up no other, whatever its onError says. */
const goneAtTheApp = 'SOURCE_RESOURCE_NOT_FOUND';

/** Failures that concern the whole connection whatever a resource's onError says. */
const endsAll: ReadonlySet<string> = new Set(['GRANT_REVOKED', 'CONNECTION_GONE']);

async function loadOne(run: SessionRun, id: string, failures: Map<string, StageFailure>): Promise<void> {
  // A revoked grant fails every resource in the same way: the ones that wait are not even asked for.
  if ([...failures.values()].some(({ reason }) => endsAll.has(reason))) return;
  const { poolQueue } = run.session;
  const { durations } = run.input;
  try {
    await heavy({ poolQueue, durations, summary: `Load ${id}` }).loadResource({
      ...run.ref,
      resource: id,
      round: run.round,
      noProgressMs: durations.noProgressMs,
    });
    run.finished.loaded.add(id);
  } catch (error) {
    if (isCancellation(error) && CancellationScope.current().consideredCancelled) throw error;
    failures.set(id, stageFailure(error));
  }
}
