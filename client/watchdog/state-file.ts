import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import type { AlertDoc } from '../../stores/model.ts';
import type { AliveCell } from '../../stores/probe.ts';
import { type Health, unknownHealth } from './judge.ts';

/** What the watchdog remembers. */
export interface WatchdogState {
  readonly version: 1;
  /** The incident, also when it is over; null: there never was one. */
  readonly incident: AlertDoc | null;
  readonly health: Health;
  /** The cells Alive in Airtable, and the bases in which a 0 stands. */
  readonly alive: { readonly cells: readonly AliveCell[]; readonly zeros: readonly string[] };
}

/** The state of one watchdog, in a file. */
export interface StateFile {
  /** As it is now. */
  readonly state: WatchdogState;
  /** Kept when the promise is fulfilled. A disk that cannot be written is logged: it must not keep an alert back. */
  save(change: Partial<Omit<WatchdogState, 'version'>>): Promise<void>;
}

const dates = new Set([
  ...['since', 'at', 'openedAt', 'settlingSince', 'resolvedAt', 'updatedAt', 'nextAttemptAt'],
  ...['wellSince', 'runsSince'],
]);
const revived = (key: string, value: unknown): unknown =>
  dates.has(key) && typeof value === 'string' ? new Date(value) : value;

/** The same as after a restart. */
export const stateFrom = (text: string): WatchdogState => {
  const state = JSON.parse(text, revived) as WatchdogState;
  if (state?.version !== 1 || typeof state.health?.parts !== 'object')
    throw new Error('it is not the state of this version');
  // Earlier ones knew nothing of Airtable.
  return { ...state, alive: state.alive ?? noAlive };
};

const noAlive: WatchdogState['alive'] = { cells: [], zeros: [] };

export const stateText = (state: WatchdogState): string => `${JSON.stringify(state, null, 2)}\n`;

/** Opens the state of the last process; one that cannot be read is set aside. */
export async function openStateFile(file: string, log: Logger): Promise<StateFile> {
  let state = await read(file, log);
  let written = stateText(state);
  let last: Promise<void> = Promise.resolve();
  return {
    get state() {
      return state;
    },
    save(change) {
      state = { ...state, ...change };
      const text = stateText(state);
      last = last.then(async () => {
        if (text === written) return;
        try {
          await write(file, text);
          written = text;
        } catch (error) {
          log.error(
            { err: error, file },
            'the state of the watchdog cannot be written: after a restart it may tell twice',
          );
        }
      });
      return last;
    },
  };
}

async function read(file: string, log: Logger): Promise<WatchdogState> {
  const nothing: WatchdogState = {
    ...{ version: 1, incident: null, health: unknownHealth, alive: noAlive },
  };
  try {
    return stateFrom(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nothing;
    log.error({ err: error, file }, 'the state of the watchdog cannot be read and is set aside');
    await rename(file, `${file}.unreadable`).catch(() => undefined);
    return nothing;
  }
}

/** It is there whole or not at all, also after a power cut. */
async function write(file: string, text: string): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true });
  const aside = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    const handle = await open(aside, 'w', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  const directory = await open(folder, 'r');
  await directory.sync().finally(() => directory.close());
}
