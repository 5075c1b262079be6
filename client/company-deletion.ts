import { type Client, isGrpcDeadlineError } from '@temporalio/client';
import {
  companyWorkflowId,
  type DeleteCompanyInput,
  type DeleteCompanyOutcome,
  workflowTypes,
} from '../domain/contracts.ts';
import { engineError } from './engine-errors.ts';

/** A deletion that is marked in the store already. */
export type CompanyDeletionRequest = Pick<DeleteCompanyInput, 'companyId' | 'number' | 'by' | 'keepData'>;

/** The deletion ended, or goes on under this workflow id. */
export type CompanyDeletionAnswer =
  | { readonly pending: false; readonly outcome: DeleteCompanyOutcome }
  | { readonly pending: true; readonly workflowId: string };

/** How long things take. */
export interface CompanyDeletionOptions {
  readonly taskQueue: string;
  readonly heartbeatMs: number;
  /** How long the engine's answer to the start is waited for. */
  readonly answerMs: number;
  /** How long the result is waited for. */
  readonly procedureMs: number;
}

/** Starts the deletion of a company, or joins the one that runs; it goes on by itself. */
export function createCompanyDeletion(
  client: Client,
  { taskQueue, heartbeatMs, answerMs, procedureMs }: CompanyDeletionOptions,
): (request: CompanyDeletionRequest) => Promise<CompanyDeletionAnswer> {
  return async ({ companyId, number, by, keepData }) => {
    const workflowId = companyWorkflowId(companyId);
    const input: DeleteCompanyInput = { companyId, number, by, keepData, heartbeatMs };
    try {
      const handle = await client.withDeadline(Date.now() + answerMs, () =>
        client.workflow.start(workflowTypes.deleteCompany, {
          workflowId,
          taskQueue,
          args: [input],
          workflowIdConflictPolicy: 'USE_EXISTING',
          memo: { company: companyId },
          staticSummary: `${companyId}: delete the company`,
          priority: { fairnessKey: companyId },
        }),
      );
      const wait = () => handle.result() as Promise<DeleteCompanyOutcome>;
      try {
        return { pending: false, outcome: await client.withDeadline(Date.now() + procedureMs, wait) };
      } catch (error) {
        if (isGrpcDeadlineError(error)) return { pending: true, workflowId };
        throw error;
      }
    } catch (error) {
      throw engineError(error);
    }
  };
}
