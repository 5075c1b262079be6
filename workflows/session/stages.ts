import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { substages } from '../../domain/session.ts';
import { heavy } from './activities.ts';
import { advance, type SessionMove } from './advance.ts';
import { type StageFailure, stageFailure } from './failure.ts';
import { stopAsAsked } from './interruptions.ts';
import type { SessionRun } from './run.ts';
import { inLanes, work } from './work.ts';

/** Structuring is bound by the processor: more lanes only share it. */
const structuringLanes = 2;

/** 13: one activity a resource turns batches into records; a resource that is structured stays so. */
export async function structure(run: SessionRun): Promise<void> {
  const failures = new Map<string, StageFailure>();
  const { durations } = run.input;
  const end = await work(run, { budgetMs: durations.stageMs, endedBy: 'activity' }, (leftMs) => {
    failures.clear();
    const waiting = run.session.resources.filter(
      ({ id }) => run.finished.loaded.has(id) && !run.finished.structured.has(id),
    );
    return inLanes(structuringLanes, waiting, async ({ id: resource }) => {
      try {
        const { poolQueue } = run.session;
        const { structureResource } = heavy({
          poolQueue,
          durations,
          leftMs,
          summary: `Structure ${resource}`,
        });
        const { ledger } = await structureResource({ ...run.ref, resource });
        run.quarantined.set(resource, ledger.quarantined);
        run.finished.structured.add(resource);
        run.progressed();
      } catch (error) {
        if (isCancellation(error) && CancellationScope.current().consideredCancelled) throw error;
        failures.set(resource, stageFailure(error));
      }
    });
  });
  if (end.kind === 'interrupted') return stopAsAsked(run);
  if (end.kind === 'failed') throw end.error;
  const first = [...failures.values()][0];
  if (first === undefined)
    return advance(run, [
      { event: 'structured', reason: 'STRUCTURED' },
      { event: 'process', reason: 'PROCESSING' },
    ]);
  if (first.progressed) run.progressed();
  return advance(run, [{ event: 'structuringFailed', reason: first.reason }], {
    detail: first.detail,
    failedResources: [...failures.keys()],
  });
}

/** 16: the five substages in their order (document 000), each tracked on its own and never repeated once finished. */
export async function process(run: SessionRun): Promise<void> {
  const { durations } = run.input;
  const { poolQueue } = run.session;
  for (const substage of substages) {
    if (run.finished.substages.has(substage)) continue;
    run.failedSubstage = substage;
    const end = await work(run, { budgetMs: durations.stageMs, endedBy: 'activity' }, (leftMs) =>
      heavy({ poolQueue, durations, leftMs, summary: `Process: ${substage}` }).runSubstage({
        ...run.ref,
        substage,
      }),
    );
    if (end.kind === 'interrupted') return stopAsAsked(run);
    if (end.kind !== 'done') {
      const { reason, detail } = failureOf(end);
      return advance(run, [{ event: 'processingFailed', reason }], { detail: `${substage}: ${detail}` });
    }
    run.finished.substages.add(substage);
    run.progressed();
  }
  run.failedSubstage = null;
  if (run.session.deduplicates)
    return advance(run, [
      { event: 'processed', reason: 'PROCESSED' },
      { event: 'deduplicate', reason: 'DEDUPLICATING' },
    ]);
  return publish(run, { event: 'processed', reason: 'PROCESSED' }, 'sync');
}

/** 21: different keys that mean one thing become one record. */
export async function deduplicate(run: SessionRun): Promise<void> {
  const { durations } = run.input;
  const { poolQueue } = run.session;
  const end = await work(run, { budgetMs: durations.stageMs, endedBy: 'activity' }, (leftMs) =>
    heavy({ poolQueue, durations, leftMs, summary: 'Deduplicate' }).deduplicate(run.ref),
  );
  if (end.kind === 'interrupted') return stopAsAsked(run);
  if (end.kind !== 'done') {
    const { reason, detail } = failureOf(end);
    return advance(run, [{ event: 'deduplicationFailed', reason }], { detail });
  }
  return publish(run, null, 'deduplicated');
}

/** To 19: sealed in the change feed in one write, from which on readers see it. Only the store can delay it. */
export function publish(
  run: SessionRun,
  before: SessionMove | null = null,
  event: 'sync' | 'deduplicated' = 'sync',
): Promise<void> {
  const quarantined = [...run.quarantined.values()].some((rows) => rows > 0);
  const last: SessionMove = { event, reason: quarantined ? 'SYNCED_WITH_QUARANTINE' : 'SYNCED' };
  return advance(run, before === null ? [last] : [before, last], { seal: true });
}

const failureOf = (end: { kind: 'failed'; error: unknown } | { kind: 'tooLong' }): StageFailure =>
  end.kind === 'failed'
    ? stageFailure(end.error)
    : { reason: 'STUCK', detail: 'The stage did not finish in its time.', progressed: false };
