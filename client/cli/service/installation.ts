import { parseSettings, type Settings } from '../../../platform/settings.ts';
import type { SupervisorKind } from '../../../platform/settings-watchdog.ts';
import { dataFolderUser } from '../../../platform/setup/data-folder.ts';
import { dataFiles, type ProcessesFile } from '../data-files.ts';

/** How the processes of this installation are kept running. */
export interface Installation {
  readonly settings: Settings;
  /** Undefined: nobody said, and no `npm start` runs on this data folder. */
  readonly supervisor: SupervisorKind | undefined;
  /** What `npm start` runs now, if it does. */
  readonly processes: ProcessesFile | undefined;
}

/** Finds out what runs here. @throws {TributaryError} SETTINGS_INVALID */
export async function findInstallation(): Promise<Installation> {
  const settings = parseSettings();
  const { dataFolder, supervisor } = settings;
  const [user, noted] = await Promise.all([
    dataFolderUser(dataFolder),
    dataFiles(dataFolder).readProcesses(),
  ]);
  // A killed `npm start` leaves its file behind.
  const processes = noted !== undefined && noted.pid === user ? noted : undefined;
  return { settings, processes, supervisor: processes === undefined ? supervisor : 'start' };
}

/** Who restarts what runs here, in one sentence. */
export function keeperOf({ supervisor, processes, settings }: Installation): string {
  if (processes !== undefined) return `npm start keeps it running (process ${processes.pid}).`;
  switch (supervisor) {
    case 'compose':
      return 'Docker Compose keeps it running.';
    case 'systemd':
      return 'systemd keeps it running.';
    default:
      return `No npm start runs on the data folder ${settings.dataFolder}, and TRIBUTARY_SUPERVISOR does not say what else keeps the processes running.`;
  }
}

/** Whether there is such a process. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
