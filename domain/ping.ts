/** The workflow that the watchdog asks; each task queue has its own. */
export const pingWorkflowId = (taskQueue: string): string => `watchdog/${taskQueue}`;

/** Task queue of the heavy activities of a pool; a worker of it answers the ping there too. */
export const poolQueueOf = (pool: string): string => `pool/${pool}`;

/** Query -> true. */
export const pingQuery = 'ping';
