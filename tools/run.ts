import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from './services.ts';

/**
 * Runs Node on this terminal; Ctrl-C and SIGTERM end it, and we live on to clean up.
 * @returns its exit code
 */
export async function runNode(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const child = spawn(process.execPath, [...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const leaveItToChild = (): void => undefined;
  const terminate = (): void => {
    child.kill('SIGTERM');
  };
  process.on('SIGINT', leaveItToChild).on('SIGTERM', terminate);
  const [code] = await once(child, 'exit');
  process.off('SIGINT', leaveItToChild).off('SIGTERM', terminate);
  return code ?? 1;
}
