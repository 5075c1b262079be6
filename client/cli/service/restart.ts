import { setTimeout as delay } from 'node:timers/promises';
import { TributaryError } from '../../../domain/errors.ts';
import { createChecks } from '../../watchdog/checks.ts';
import { restartCommand } from '../../watchdog/commands.ts';
import { dataFiles } from '../data-files.ts';
import { findTargets } from '../targets.ts';
import { findInstallation, type Installation, isAlive, keeperOf } from './installation.ts';

/** What can be restarted by name. */
export const restartable = ['worker', 'api', 'engine', 'store'] as const;
export type Restartable = (typeof restartable)[number];

/** What became of it. */
export interface Restarted {
  /** Empty: somebody else has to, by `command`. */
  readonly restarted: readonly { readonly part: Restartable; readonly pid: number; readonly ms: number }[];
  /** What restarts them here; null: it was done. */
  readonly command: string | null;
}

/** A process that does not end by itself in this time is ended. */
const graceMs = 20_000;
const withinMs = 180_000;
const lookEveryMs = 200;

/**
 * Restarts parts where `npm start` runs them, and waits until they answer; elsewhere says by which command.
 * @throws {TributaryError} UNKNOWN_ERROR naming the part that does not come back
 */
export async function restart(
  which: readonly Restartable[],
  say: (line: string) => void,
): Promise<Restarted> {
  const installation = await findInstallation();
  const { processes, supervisor } = installation;
  if (processes === undefined) {
    const command = restartCommand(supervisor === 'start' ? undefined : supervisor, which);
    say(`${keeperOf(installation)} What helps: ${command}`);
    return { restarted: [], command };
  }
  const restarted = await Promise.all(which.map((part) => restartChild(installation, part, say)));
  return { restarted, command: null };
}

async function restartChild(
  { settings, processes }: Installation,
  part: Restartable,
  say: (line: string) => void,
): Promise<Restarted['restarted'][number]> {
  const before = processes?.children?.[part];
  if (before === undefined)
    throw new TributaryError(
      'UNKNOWN_ERROR',
      `npm start does not run the ${part} here: it was given by an address. Restart it where it runs.`,
    );
  const began = Date.now();
  say(`${part}: process ${before} is asked to end`);
  signal(before, 'SIGTERM');
  let isForced = false;
  const files = dataFiles(settings.dataFolder);
  const checks = createChecks(await findTargets(settings), { timeoutMs: settings.watchdog.timeoutMs });
  try {
    for (let last = 'it has not ended'; ; ) {
      const ms = Date.now() - began;
      const pid = (await files.readProcesses())?.children?.[part];
      if (pid !== undefined && pid !== before) {
        const seen = (await checks.look()).find((one) => one.part === part);
        if (seen?.state === 'well') {
          say(`${part}: runs as process ${pid} and answers after ${(ms / 1_000).toFixed(1)} s`);
          return { part, pid, ms };
        }
        last = seen?.text ?? last;
      } else if (ms > graceMs && !isForced && isAlive(before)) {
        isForced = true;
        signal(before, 'SIGKILL');
      }
      if (ms > withinMs)
        throw new TributaryError(
          'UNKNOWN_ERROR',
          `The ${part} does not come back: ${last} Look at logs/${part}.log in ${settings.dataFolder}.`,
        );
      await delay(lookEveryMs);
    }
  } finally {
    await checks.close();
  }
}

/** One that has ended already is being restarted. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
