import type { ConnectionStatus } from './connection.ts';
import { isHeldStatus } from './lifecycle.ts';

/** What is asked of the connection of a run that is paused. */
interface Standing {
  readonly status: ConnectionStatus;
  /** When it got its present status; null: it has it since it was made. */
  readonly statusSince: Date | null;
}

/**
 * Whether a paused run was left for longer than it may (RESUME_WINDOW_OVER). Only time in which it could have gone on
 * counts: none while its connection stands still, and anew from when that runs again.
 * @param pausedSince when the run got its status
 */
export function isResumeWindowOver(
  pausedSince: Date,
  { status, statusSince }: Standing,
  windowMs: number,
  now: Date,
): boolean {
  if (isHeldStatus(status)) return false;
  const from = Math.max(pausedSince.getTime(), statusSince?.getTime() ?? 0);
  return now.getTime() - from > windowMs;
}
