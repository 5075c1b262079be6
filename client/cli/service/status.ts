import { lookOnce } from '../look-once.ts';
import type { Column } from '../output/table.ts';
import { findInstallation, type Installation, isAlive, keeperOf } from './installation.ts';

/** One process or part. */
export interface ServiceRow {
  readonly part: string;
  /** Where `npm start` runs it; null: not known. */
  readonly pid: number | null;
  readonly state: 'well' | 'gone' | 'unchecked';
  readonly text: string;
}

/** What runs, and what keeps it running. */
export interface ServiceStatus {
  readonly supervisor: Installation['supervisor'] | null;
  readonly keeper: string;
  readonly parts: readonly ServiceRow[];
}

/** Looks at every part and every process. @throws {TributaryError} SETTINGS_INVALID */
export async function serviceStatus(): Promise<ServiceStatus> {
  const [installation, seen] = await Promise.all([findInstallation(), lookOnce()]);
  const { supervisor = null, processes } = installation;
  const children = processes?.children ?? {};
  const parts: ServiceRow[] = seen.map(({ part, state, text }) => ({
    ...{ part, pid: children[part] ?? null, state, text },
  }));
  for (const [name, pid] of Object.entries(children)) {
    if (parts.some(({ part }) => part === name)) continue;
    const runs = isAlive(pid);
    const text = runs ? 'The process runs.' : 'The process has ended; npm start starts it again.';
    parts.push({ part: name, pid, state: runs ? 'well' : 'gone', text });
  }
  return { supervisor, keeper: keeperOf(installation), parts };
}

const words = { well: 'well', gone: 'GONE', unchecked: 'not checked' } as const;

export const serviceColumns: readonly Column<ServiceRow>[] = [
  { title: 'part', value: ({ part }) => part },
  { title: 'process', value: ({ pid }) => (pid === null ? null : String(pid)) },
  { title: 'state', value: ({ state }) => words[state] },
  { title: 'seen', value: ({ text }) => text, widest: 160 },
];
