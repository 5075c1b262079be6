import { Context } from '@temporalio/activity';

/**
 * Runs the body of a step that may take long, with heartbeats: a worker that dies in it is known within one heartbeat
 * time-out, and another one repeats it.
 */
export async function beating<T>(body: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(
    () => context.heartbeat(),
    Math.max(50, (context.info.heartbeatTimeoutMs ?? 30_000) / 3),
  );
  try {
    return await body();
  } finally {
    clearInterval(timer);
  }
}
