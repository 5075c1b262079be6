import type { Context } from '@temporalio/activity';
import type { PayloadCodec } from '@temporalio/common';
import {
  type ActivityInterceptors,
  bundleWorkflowCode,
  type NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import type { DisconnectActivities, HeavyActivities, QuickActivities } from '../activities/contracts.ts';

/** Where the workflows come from: a prebuilt bundle, which starts at once, or sources that are bundled now. */
export type WorkflowSource = { readonly bundlePath: string } | { readonly workflowsPath: string };

/** What the workers of one process are made of. */
export interface WorkersOptions {
  readonly connection: NativeConnection;
  /** @default 'default' */
  readonly namespace?: string;
  /** Workflows and short activities. */
  readonly taskQueue: string;
  /** Pools whose heavy activities this process takes; none is allowed. */
  readonly pools: readonly string[];
  /** Task queue of a pool. */
  readonly poolQueue: (pool: string) => string;
  /** Left out: the process has pools only. */
  readonly workflows?: WorkflowSource;
  /** Whether the workers of pools take workflows too: only the watchdog's ping is on their queues. @default false */
  readonly poolsAnswer?: boolean;
  readonly activities: {
    readonly session: QuickActivities & DisconnectActivities;
    readonly pool: HeavyActivities;
  };
  /** Payload codecs; none leaves payloads plain. */
  readonly codecs?: readonly PayloadCodec[];
  /** How long a workflow task waits for the worker that has it in its cache. @default 10 */
  readonly stickyTimeoutSecs?: number;
  /** How long activities may go on after a shutdown was asked for before they are canceled. @default 10 */
  readonly shutdownGraceSecs?: number;
  /** Heavy activities of one pool at a time; each holds up to one batch in memory. @default 16 */
  readonly heavyAtOnce?: number;
}

/** The workers of one process, as one. */
export interface Workers {
  /**
   * Works until `shutdown`, and is fulfilled when the last task has ended.
   * @throws what a worker failed by; the others are shut down first
   */
  run(): Promise<void>;
  /** Takes no new task; may be called again. */
  shutdown(): void;
}

/** One line for each activity that was done, with its workflow id; failures are logged by the SDK itself. */
const logDone = (context: Context): ActivityInterceptors => ({
  inbound: {
    execute: async (input, next) => {
      const began = Date.now();
      const result = await next(input);
      context.log.info(`${context.info.activityType} done`, { ms: Date.now() - began });
      return result;
    },
  },
});

/** The code of the workflows, for all workers of the process. */
const bundleOf = (workflows: WorkflowSource): Promise<WorkflowBundleOption> =>
  'bundlePath' in workflows
    ? Promise.resolve({ codePath: workflows.bundlePath })
    : bundleWorkflowCode({ workflowsPath: workflows.workflowsPath, logger: Runtime.instance().logger });

/** Makes one worker for workflows and short activities, unless there are none, and one for each pool. They poll once they `run`. */
export async function createWorkers(options: WorkersOptions): Promise<Workers> {
  const { connection, taskQueue, pools, poolQueue, workflows, activities } = options;
  const common = {
    connection,
    namespace: options.namespace ?? 'default',
    dataConverter: { payloadCodecs: [...(options.codecs ?? [])] },
    shutdownGraceTime: `${options.shutdownGraceSecs ?? 10}s`,
    // A cancellation reaches an activity only by a heartbeat that really goes out.
    maxHeartbeatThrottleInterval: '1s',
    interceptors: { activity: [logDone] },
  } satisfies Partial<WorkerOptions>;

  const workers: Worker[] = [];
  const workflowBundle = workflows && (await bundleOf(workflows));
  if (workflowBundle) {
    const worker = await Worker.create({
      ...common,
      taskQueue,
      activities: activities.session,
      stickyQueueScheduleToStartTimeout: `${options.stickyTimeoutSecs ?? 10}s`,
      workflowBundle,
    });
    workers.push(worker);
  }
  for (const pool of pools) {
    const worker = await Worker.create({
      ...common,
      taskQueue: poolQueue(pool),
      activities: activities.pool,
      maxConcurrentActivityTaskExecutions: options.heavyAtOnce ?? 16,
      ...(workflowBundle && options.poolsAnswer ? { workflowBundle, maxCachedWorkflows: 2 } : {}),
    });
    workers.push(worker);
  }

  const shutdown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  return {
    shutdown,
    run: async () => {
      const runs = workers.map((worker) =>
        worker.run().catch((error: unknown) => {
          shutdown();
          throw error;
        }),
      );
      const failed = (await Promise.allSettled(runs)).find((run) => run.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}
