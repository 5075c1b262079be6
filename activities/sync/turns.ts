import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { syncMessages, syncRunWorkflowId } from '../../domain/sync-contracts.ts';
import type { ActivityPorts } from '../ports.ts';

type Ports = Pick<ActivityPorts, 'stores'>;

interface Turn {
  readonly destinationId: string;
  readonly syncId: string;
}

/** Takes a slot of the destination or a place in its queue; who holds one and is no more is shown out first. */
export async function joinDestination(
  { stores }: Ports,
  { destinationId, syncId }: Turn,
): Promise<{ readonly place: number }> {
  const { place, granted } = await stores.destinations.join(destinationId, syncId);
  await tell({ stores }, destinationId, granted);
  if (place === 0) return { place };
  const holders = await stores.destinations.holders(destinationId);
  const dead: string[] = [];
  for (const holder of holders) if (!(await runs(holder))) dead.push(holder);
  if (dead.length === 0) return { place };
  await tell({ stores }, destinationId, await stores.destinations.leave(destinationId, dead));
  return { place: (await stores.destinations.place(destinationId, syncId)) ?? place };
}

export async function leaveDestination({ stores }: Ports, { destinationId, syncId }: Turn): Promise<void> {
  await tell({ stores }, destinationId, await stores.destinations.leave(destinationId, [syncId]));
}

/** Tells runs that it is their turn; one that is no more gives its slot on. */
async function tell({ stores }: Ports, destinationId: string, granted: readonly string[]): Promise<void> {
  const { workflow } = getClient();
  for (let left = [...granted]; left.length > 0; ) {
    const dead: string[] = [];
    for (const syncId of left)
      await workflow
        .getHandle(syncRunWorkflowId(syncId))
        .signal(syncMessages.slot)
        .catch((error: unknown) => {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
          dead.push(syncId);
        });
    left = dead.length === 0 ? [] : [...(await stores.destinations.leave(destinationId, dead))];
  }
}

async function runs(syncId: string): Promise<boolean> {
  try {
    const { status } = await getClient().workflow.getHandle(syncRunWorkflowId(syncId)).describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
