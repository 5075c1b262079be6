import { setTimeout as sleep } from 'node:timers/promises';
import { TributaryError } from '../../../domain/errors.ts';
import type { Stores } from '../../../stores/open.ts';
import type { Life } from '../../life.ts';

const leaseMs = 30_000;
const renewMs = 5_000;
const waitMs = 250;

/** Called before each write. @throws {TributaryError} STORE_CONFLICT once another holder may be at work */
export type Holding = () => Promise<void>;

/**
 * Does what may be done by one at a time in a company. Waits for its turn; of a holder whose process was killed, until
 * its right has run out.
 * @param holder The same one goes on at once where an earlier attempt of it was killed
 */
export async function inTurn<T>(
  { across }: Pick<Stores, 'across'>,
  company: string,
  holder: string,
  life: Pick<Life, 'stopIfAsked'>,
  body: (holding: Holding) => Promise<T>,
): Promise<T> {
  while (!(await across.lease(company, holder, leaseMs))) {
    await life.stopIfAsked();
    await sleep(waitMs);
  }
  let renewed = Date.now();
  const holding = async (): Promise<void> => {
    if (Date.now() - renewed < renewMs) return;
    if (!(await across.lease(company, holder, leaseMs)))
      throw new TributaryError('STORE_CONFLICT', 'Another session compares the connections of the company.');
    renewed = Date.now();
  };
  try {
    return await body(holding);
  } finally {
    await across.release(company, holder);
  }
}
