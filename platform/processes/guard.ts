import { spawn } from 'node:child_process';

/** Waits for the end of its input, which comes when our process is gone, then ends the process it guards. */
const script =
  'read -r _; kill -s TERM -- "$1" 2>/dev/null && sleep "$2"; kill -s KILL -- "$1" 2>/dev/null; ' +
  'if [ -n "$3" ]; then rm -rf -- "$3"; fi';

/** What more goes with the process. */
export interface GuardOptions {
  /** Its whole process group, which it leads. @default false */
  readonly group?: boolean;
  /** A folder that is removed after it. */
  readonly folder?: string;
}

/**
 * Sees to it that a child does not outlive this process even if this one is killed by SIGKILL. Programs that are not
 * ours (engine, store) do not watch their parent, so a tiny shell does it for them.
 * @param graceMs between SIGTERM and SIGKILL
 * @returns ends the watch; to be called once the child is gone
 */
export function guard(
  pid: number,
  graceMs: number,
  { group = false, folder = '' }: GuardOptions = {},
): () => void {
  const whom = String(group ? -pid : pid);
  const grace = String(Math.ceil(graceMs / 1000));
  const watcher = spawn('/bin/sh', ['-c', script, 'sh', whom, grace, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  // The pipe is a socket in Node; unless it is let go it would keep this process alive.
  (watcher.stdin as unknown as { unref?: () => void }).unref?.();
  return () => {
    watcher.kill('SIGKILL');
  };
}
