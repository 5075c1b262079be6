import {
  ActivityCancellationType,
  ApplicationFailure,
  continueAsNew,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { CompanyActivities } from '../activities/contracts.ts';
import type { DeleteCompanyInput, DeleteCompanyOutcome } from '../domain/contracts.ts';
import { inLanes } from './session/work.ts';

/** Disconnects at once: each has a purge of its own to do. */
const lanes = 4;
/** How often connections that came in the last moment are looked for. */
const rounds = 20;

/**
 * Deletes a company: every connection of it is disconnected, then one receipt tells of all. It takes no new
 * connections since before the start (the mark on the company's document). Workflow id `company/<companyId>`.
 */
export async function deleteCompany(input: DeleteCompanyInput): Promise<DeleteCompanyOutcome> {
  const { companyId, number, by, keepData, heartbeatMs } = input;
  const { listConnections, endConnection, endDeletion } = proxyActivities<CompanyActivities>({
    startToCloseTimeout: '1 day',
    heartbeatTimeout: heartbeatMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '500ms', maximumInterval: '10s' },
  });

  let after = input.after ?? null;
  for (let round = 1; round <= rounds; round++) {
    do {
      const { ids, next } = await listConnections({ companyId, after });
      await inLanes(lanes, [...ids], (connectionId) =>
        endConnection({ connectionId, by, keepData, heartbeatMs }),
      );
      after = next;
      if (after !== null && workflowInfo().continueAsNewSuggested)
        await continueAsNew<typeof deleteCompany>({ ...input, after });
    } while (after !== null);
    const { receiptId } = await endDeletion({ companyId, number, by, keepData });
    if (receiptId !== null) return { companyId, receiptId };
    await sleep(heartbeatMs);
  }
  throw ApplicationFailure.nonRetryable(
    'A connection of the company is not disconnected. Delete the company again.',
    'STORE_CONFLICT',
  );
}
