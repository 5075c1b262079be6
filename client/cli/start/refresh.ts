import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { underLock } from '../../../platform/setup/file-lock.ts';
import type { Session } from '../../api/schemas/sessions.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { failureLine } from '../failure.ts';
import { startPass, watchSessions } from '../sessions.ts';
import { companies, connectionOf } from './companies.ts';
import type { ReleasedDay, StorefrontControl } from './storefront-control.ts';

/** What the days are released with. */
export interface RefreshOptions {
  readonly api: TributaryClient;
  readonly control: StorefrontControl;
  readonly dataFolder: string;
  readonly everyMs: number;
  readonly say: (line: string) => void;
}

/** One at a time: a released day with its refreshes, or `demo break`. */
export const underDemoLock = <T>(
  dataFolder: string,
  work: () => Promise<T>,
  onWait: () => void,
): Promise<T> => underLock(join(dataFolder, 'demo.lock'), work, onWait);

/** Releases a day of the sample app every `everyMs`, and refreshes the companies, for ever. */
export async function refreshForEver(options: RefreshOptions): Promise<never> {
  const { control, dataFolder, everyMs, say } = options;
  let daysLeft = true;
  for (;;) {
    await delay(everyMs);
    if (!daysLeft) continue;
    const round = async (): Promise<void> => {
      const day = await control.release();
      daysLeft = day !== null;
      if (day === null) say('The sample app has no more days to release; everything stays up.');
      else await refreshAll(options, day);
    };
    const held = () => say('"demo break" is under way: no day is released meanwhile.');
    await underDemoLock(dataFolder, round, held).catch((error: unknown) => say(failureLine(error)));
  }
}

async function refreshAll({ api, say }: RefreshOptions, day: ReleasedDay): Promise<void> {
  const outcomes = await Promise.all(
    companies.map(async (company) => {
      try {
        const id = await startPass(api, connectionOf(company));
        const [session] = await watchSessions(api, [{ name: company.name, id }], {
          live: null,
          everyMs: 500,
        });
        if (session?.code === 19) return { counts: `${company.name} ${countsText(session)}` };
        return { fault: session?.sentence ?? '', company };
      } catch (error) {
        return { fault: failureLine(error), company };
      }
    }),
  );
  const counts = outcomes.flatMap((one) => one.counts ?? []).join(', ');
  const refreshed = counts === '' ? 'nothing was refreshed' : `(${shown.join('/')}): ${counts}`;
  say(`${day.day} released, ${day.daysLeft} days left ${refreshed}`);
  for (const { fault, company } of outcomes)
    if (fault !== undefined) say(`  ${company.name} was not refreshed: ${fault}`);
}

const shown = ['inserted', 'updated', 'unchanged', 'quarantined'] as const;

const countsText = ({ ledger }: Session): string => shown.map((kind) => ledger[kind]).join('/');
