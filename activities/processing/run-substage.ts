import type { Substage } from '../../domain/session.ts';
import { openConnection } from '../connection.ts';
import type { SessionRef, SubstageInput } from '../contracts.ts';
import { live } from '../life.ts';
import type { ActivityPorts } from '../ports.ts';
import { monitor } from './monitoring.ts';

/** What a finished substage tells: rows or checks it looked at, by name. */
export type SubstageCounts = Readonly<Record<string, number>>;

/** The analysis of each substage. One that is not built yet is recorded as skipped, so that nobody takes it for done. */
const analyses: Partial<
  Record<Substage, (ports: ActivityPorts, ref: SessionRef) => Promise<SubstageCounts>>
> = {
  monitoring: monitor,
};

/** Runs one substage of Processing and records its state, counts and times on the session. */
export function runSubstage(
  ports: ActivityPorts,
  input: SubstageInput,
): Promise<{ readonly status: 'done' | 'skipped' }> {
  return live('SUBSTAGE_FAILED', async () => {
    const { sessionId, substage } = input;
    const { connection } = await openConnection(ports, input);
    const startedAt = new Date();
    const analysis = analyses[substage];
    const switchedOff = connection.substagesOff?.includes(substage) === true;
    if (switchedOff || analysis === undefined) {
      await ports.stores.sessions.setSubstage(sessionId, substage, {
        status: 'skipped',
        reason: switchedOff ? 'SWITCHED_OFF' : 'NOT_BUILT',
        startedAt,
        endedAt: startedAt,
      });
      return { status: 'skipped' };
    }
    await ports.stores.sessions.setSubstage(sessionId, substage, { status: 'running', startedAt });
    try {
      const counts = await analysis(ports, input);
      await ports.stores.sessions.setSubstage(sessionId, substage, {
        status: 'done',
        startedAt,
        endedAt: new Date(),
        counts,
      });
      return { status: 'done' };
    } catch (error) {
      const reason = error instanceof Error ? error.message.slice(0, 500) : 'unknown';
      await ports.stores.sessions.setSubstage(sessionId, substage, {
        status: 'failed',
        startedAt,
        endedAt: new Date(),
        reason,
      });
      throw error;
    }
  });
}

/** A person decided to do without the failed substage (states.md section 1): who and why are kept. */
export async function skipSubstage(
  { stores }: ActivityPorts,
  {
    sessionId,
    substage,
    by,
    note,
  }: SessionRef & { readonly substage: Substage; readonly by: string; readonly note?: string },
): Promise<void> {
  const reason = `SKIPPED_BY ${by}${note === undefined ? '' : `: ${note}`}`;
  await stores.sessions.setSubstage(sessionId, substage, { status: 'skipped', reason, endedAt: new Date() });
}
