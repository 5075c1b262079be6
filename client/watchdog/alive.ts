import type { Logger } from 'pino';
import type { Egress } from '../../platform/egress.ts';
import type { AliveCell } from '../../stores/probe.ts';
import type { StateFile } from './state-file.ts';

const learnEveryMs = 60_000;
/** Airtable locks out for 30 s who asks too often. */
const againAfterMs = 35_000;
const timeoutMs = 10_000;

/** What writes Alive into the SYNC bases in Airtable while the service itself cannot. */
export interface AliveOptions {
  /** Keeps which cells there are, and in which of them a 0 stands. */
  readonly file: StateFile;
  /** Asks the store for the cells. */
  readonly cells: () => Promise<readonly AliveCell[]>;
  readonly token: string;
  /** Where Airtable's web API is, without a slash at the end. */
  readonly apiUrl: string;
  readonly egress: Pick<Egress, 'fetch'>;
  readonly log: Logger;
  readonly now?: () => number;
}

/**
 * Makes what is called after each round of the watchdog: while the service is told to be offline, Alive is 0 in every
 * base that is attached, then 1 again. That a base cannot be written is only logged and tried again: no alert waits
 * for it. Fulfilled when this round's writes have ended.
 */
export function createAlive({
  file,
  cells,
  token,
  apiUrl,
  egress,
  log,
  now = Date.now,
}: AliveOptions): (offline: boolean) => Promise<void> {
  let learnAt = 0;
  let writeAt = 0;
  let round: Promise<void> | null = null;

  async function learn(): Promise<void> {
    learnAt = now() + learnEveryMs;
    const known = await cells().catch(() => null);
    if (known === null) return;
    const bases = known.map(({ base }) => base);
    const zeros = file.state.alive.zeros.filter((base) => bases.includes(base));
    await file.save({ alive: { cells: known, zeros } });
  }

  async function write({ base, table, record, field }: AliveCell, value: 0 | 1): Promise<void> {
    const response = await egress.fetch(`${apiUrl}/v0/${base}/${table}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ records: [{ id: record, fields: { [field]: value } }] }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`Airtable answers ${response.status}`);
    const others = file.state.alive.zeros.filter((one) => one !== base);
    await file.save({ alive: { ...file.state.alive, zeros: value === 0 ? [...others, base] : others } });
  }

  async function work(offline: boolean): Promise<void> {
    if (!offline && now() >= learnAt) await learn();
    const { alive } = file.state;
    const wrong = alive.cells.filter(({ base }) => alive.zeros.includes(base) !== offline);
    if (wrong.length === 0 || now() < writeAt) return;
    for (const cell of wrong)
      try {
        await write(cell, offline ? 0 : 1);
      } catch (error) {
        writeAt = now() + againAfterMs;
        const why = error instanceof Error ? error.message : String(error);
        log.warn({ base: cell.base }, `Alive could not be written into Airtable, it is tried again: ${why}`);
      }
  }

  return (offline) => {
    round ??= work(offline).finally(() => {
      round = null;
    });
    return round;
  };
}
