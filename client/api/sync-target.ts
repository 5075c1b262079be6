import { settingsOf, targetOf } from '../../activities/sync/open.ts';
import type { DeliveryTarget } from '../../destinations/contract.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { DestinationDoc, SyncDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import type { TargetPlan } from './schemas/syncs.ts';

/** A person waits for it. */
const longestMs = 30_000;

type Deps = Pick<RouteDeps, 'delivery' | 'secrets'>;
type Target = Pick<SyncDoc, '_id' | 'object' | 'keyField' | 'mapping'>;

/** What a destination would need for a sync; nothing is written there. @throws {TributaryError} DESTINATION_... */
export const planTarget = (deps: Deps, destination: DestinationDoc, sync: Target): Promise<TargetPlan> =>
  planAt(deps, destination, targetOf(sync));

async function planAt(deps: Deps, destination: DestinationDoc, target: DeliveryTarget): Promise<TargetPlan> {
  const settings = settingsOf(deps, destination, AbortSignal.timeout(longestMs));
  const plan = await deps.delivery.driver(destination.kind).plan(settings, target);
  const { creates, problems, notes = [] } = plan;
  return { creates: [...creates], problems: [...problems], notes: [...notes] };
}

/**
 * Makes at the destination what a sync needs there.
 * @returns what was made, and what was found, in sentences
 * @throws {TributaryError} TARGET_UNFIT with every problem; DESTINATION_...
 */
export const prepareTarget = (
  deps: Deps,
  destination: DestinationDoc,
  sync: Target,
): Promise<readonly string[]> => prepareAt(deps, destination, targetOf(sync));

/** The same, of any target. */
export async function prepareAt(
  deps: Deps,
  destination: DestinationDoc,
  target: DeliveryTarget,
): Promise<readonly string[]> {
  const { creates, problems, notes } = await planAt(deps, destination, target);
  if (problems.length > 0)
    throw new TributaryError('TARGET_UNFIT', problems.join(' '), {
      faults: problems.map((message) => ({ path: 'body', message })),
    });
  if (creates.length > 0) {
    const settings = settingsOf(deps, destination, AbortSignal.timeout(longestMs));
    await deps.delivery.driver(destination.kind).prepare(settings, target);
  }
  return [...creates.map((made) => `Made at the destination: ${made}`), ...notes];
}
