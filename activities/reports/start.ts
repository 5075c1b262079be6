import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import {
  defaultReportDurations,
  type ReportDurations,
  type ReportFillInput,
  type ReportInput,
  reportFillWorkflowId,
  reportFillWorkflowType,
  reportWorkflowId,
  reportWorkflowType,
} from '../../domain/report-contracts.ts';

/** For whom it works: the engine shares its queues out among companies. */
interface ForCompany {
  /** Undefined: the type is not there any more. */
  readonly company: string | undefined;
}

const fairOf = (company: string | undefined) =>
  company === undefined ? {} : { priority: { fairnessKey: company } };

/**
 * Starts the report of a type and slot, or finds it running: there is one for each type and slot.
 * @param taskQueue of workflows and short activities
 * @throws what the engine throws when it cannot be reached
 */
export async function startReport(
  client: Client,
  taskQueue: string,
  {
    durations = defaultReportDurations,
    company,
    ...input
  }: Omit<ReportInput, 'durations'> & ForCompany & { readonly durations?: ReportDurations },
): Promise<'started' | 'joined'> {
  const { type, slot, occasion } = input;
  try {
    await client.workflow.start(reportWorkflowType, {
      workflowId: reportWorkflowId(type, slot),
      taskQueue,
      args: [{ ...input, durations } satisfies ReportInput],
      memo: { reportType: type, slot, occasion },
      staticSummary: `${type} ${slot}: report`,
      ...fairOf(company),
    });
    return 'started';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'joined';
    throw error;
  }
}

/** Starts a fill of a type, unless one is open: then that one goes on, and the gaps it leaves are for the next. */
export async function startReportFill(
  client: Client,
  taskQueue: string,
  { company, ...input }: ReportFillInput & ForCompany,
): Promise<'started' | 'joined'> {
  try {
    await client.workflow.start(reportFillWorkflowType, {
      workflowId: reportFillWorkflowId(input.type),
      taskQueue,
      args: [input],
      memo: { reportType: input.type, slots: input.slots.length },
      staticSummary: `${input.type}: fill of ${input.slots.length} reports`,
      // The reports that it makes inherit it.
      ...fairOf(company),
    });
    return 'started';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'joined';
    throw error;
  }
}
