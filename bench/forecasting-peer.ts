import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A series as another program gets it. */
export interface PeerTask {
  readonly values: readonly number[];
  readonly season: number;
  readonly horizon: number;
}

/** Names a python that can import statsforecast. */
export const peerSetting = 'TRIBUTARY_BENCH_PYTHON';

/**
 * Forecasts by statsforecast's AutoETS, in the order of the tasks.
 * @returns null where no python is named
 * @throws Error with what it said, where it fails
 */
export async function autoEts(tasks: readonly PeerTask[]): Promise<readonly (readonly number[])[] | null> {
  const python = process.env[peerSetting];
  if (python === undefined || python === '') return null;
  const script = fileURLToPath(new URL('auto_ets.py', import.meta.url));
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'pipe'] });
  let answer = '';
  let said = '';
  child.stdout.on('data', (chunk) => {
    answer += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  child.stdin.end(JSON.stringify(tasks));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`AutoETS ended with code ${code}: ${said.trim().slice(-500)}`);
  return JSON.parse(answer) as number[][];
}
