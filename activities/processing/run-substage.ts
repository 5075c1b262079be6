import { TributaryError } from '../../domain/errors.ts';
import type { Substage } from '../../domain/session.ts';
import { openConnection } from '../connection.ts';
import type { SessionRef, SubstageInput } from '../contracts.ts';
import { live } from '../life.ts';
import type { ActivityPorts } from '../ports.ts';
import type { Analysis, SubstageCounts } from './analysis.ts';
import { benchmarkConnection } from './benchmarking/stage.ts';
import { cleanConnection } from './cleaning/stage.ts';
import { forecastConnection } from './forecasting/stage.ts';
import { findInsights } from './insights/stage.ts';
import { monitor } from './monitoring/monitor.ts';

/** The analysis of each substage. One that is not built yet is recorded as skipped, so that nobody takes it for done. */
const analyses: Partial<Record<Substage, Analysis>> = {
  historicalDataCleaning: cleanConnection,
  monitoring: monitor,
  forecasting: forecastConnection,
  insights: findInsights,
  benchmarking: benchmarkConnection,
};

/** Runs one substage of Processing and records its state, counts and times on the session. */
export function runSubstage(
  ports: ActivityPorts,
  input: SubstageInput,
): Promise<{ readonly status: 'done' | 'skipped' }> {
  return live('SUBSTAGE_FAILED', async (life) => {
    const { sessionId, substage } = input;
    const { sessions } = ports.stores;
    const { connection, definition } = await openConnection(ports, input);
    const session = await sessions.get(sessionId);
    if (session === null) throw new TributaryError('CONNECTION_GONE');
    const startedAt = new Date();
    const skip = async (reason: string) => {
      await sessions.setSubstage(sessionId, substage, {
        status: 'skipped',
        reason,
        startedAt,
        endedAt: new Date(),
      });
      return { status: 'skipped' as const };
    };
    if (connection.substagesOff?.includes(substage) === true) return skip('SWITCHED_OFF');
    const analysis = analyses[substage];
    if (analysis === undefined) return skip('NOT_BUILT');
    await sessions.setSubstage(sessionId, substage, { status: 'running', startedAt });
    try {
      const found = await analysis({ ports, ref: input, session, connection, definition, life });
      if (typeof found.skipped === 'string') return await skip(found.skipped);
      const counts = found as SubstageCounts;
      await sessions.setSubstage(sessionId, substage, {
        status: 'done',
        startedAt,
        endedAt: new Date(),
        counts,
      });
      return { status: 'done' };
    } catch (error) {
      const reason = error instanceof Error ? error.message.slice(0, 500) : 'unknown';
      await sessions.setSubstage(sessionId, substage, {
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
