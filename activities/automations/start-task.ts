import type { Actor } from '../../domain/contracts.ts';
import type { ReportOccasion } from '../../domain/report-contracts.ts';
import type { TickOutcome } from '../../domain/ticks.ts';
import type { AutomationDoc } from '../../stores/model.ts';
import { tidyRaw } from '../retention/raw-tidy.ts';
import { refresh, type TickEngine, type TickPorts } from '../schedules/tick.ts';
import { startSync } from '../schedules/tick-sync.ts';

/** For which due time, and for whom. */
export interface TaskRun {
  readonly slot: string;
  readonly by: Actor;
  readonly occasion: ReportOccasion;
}

/** What was started, in words. */
export interface TaskStart {
  readonly tick: TickOutcome;
  readonly text: string;
}

const of = (decision: TickOutcome['decision'], text: string): TaskStart => ({
  tick: { decision, reason: null, sessionId: null },
  text,
});

/** Does what an automation is for; what is asked twice with the same tick happens once. */
export async function startTask(
  ports: TickPorts,
  engine: TickEngine,
  { task }: Pick<AutomationDoc, 'task'>,
  { slot, by, occasion }: TaskRun,
): Promise<TaskStart> {
  switch (task.kind) {
    case 'refresh': {
      const { connectionId, full } = task;
      const connection = await ports.stores.connections.get(connectionId);
      const scopes = [full === true ? { full } : {}];
      return told(await refresh(ports, engine, connection, { connectionId, by, scopes }), 'A session');
    }
    case 'sync': {
      const { syncId } = task;
      const connectionId = (await ports.stores.syncs.get(syncId))?.connectionId ?? '';
      return told(await startSync(ports, engine, { syncId, connectionId, by }), 'A run');
    }
    case 'retention':
      await tidyRaw({ stores: ports.stores, days: ports.rawBatchDays });
      return of('started', 'What was kept long enough was deleted.');
    case 'report': {
      if (ports.startReport === undefined) return withoutReports;
      const start = await ports.startReport({ type: task.reportType, slot, occasion, by });
      return of(start.decision, start.text ?? `The report of ${slot} was ${start.decision}.`);
    }
    case 'fill': {
      if (ports.fillReports === undefined) return withoutReports;
      const fill = await ports.fillReports({ type: task.reportType, days: task.days, by });
      return fill.decision === 'joined'
        ? of('joined', 'Another fill is open; what it leaves is for the next one.')
        : of('started', filledText(fill.started));
    }
  }
}

function filledText(started: number): string {
  if (started === 0) return 'No report was missing.';
  return started === 1
    ? 'One report that was missing is made.'
    : `${started} reports that were missing are made.`;
}

const withoutReports: TaskStart = {
  tick: { decision: 'skipped', reason: 'NO_REPORT_TYPES', sessionId: null },
  text: 'Report types are not there yet.',
};

const told = (tick: TickOutcome, what: string): TaskStart => ({
  tick,
  text: tick.decision === 'skipped' ? (skipped[tick.reason ?? ''] ?? 'It was skipped.') : did(tick, what),
});

function did({ decision }: TickOutcome, what: string): string {
  if (decision === 'kept') return `${what} was open already; what is wanted runs after it.`;
  if (decision === 'retried') return `${what} stood in an error and was tried again.`;
  return decision === 'continued'
    ? `${what} that had ended in an error goes on first.`
    : `${what} was started.`;
}

const skipped: Readonly<Record<string, string>> = {
  CONNECTION_NOT_FOUND: 'The connection is not there any more.',
  CONNECTION_NOT_STARTED: 'The connection is paused, or not started.',
  NOT_AUTHORIZED: 'The connection has to be authorized first.',
  NEEDS_PERSON: 'The open session waits for a person.',
  NOT_FOUND: 'The sync is not there any more.',
  SYNC_DISABLED: 'The sync is disabled.',
  CONNECTION_HELD: 'The connection of the sync is paused.',
};
