/** The workflow that the watchdog asks; each task queue has its own. */
export const pingWorkflowId = (taskQueue: string): string => `watchdog/${taskQueue}`;

/** Query -> true. */
export const pingQuery = 'ping';
