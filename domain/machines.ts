import { configurationMachine, connectionMachine } from './connection.ts';
import { ingestionProcessMachine, ingestionRunMachine } from './ingestion.ts';
import { reportMachine } from './report.ts';
import { connectionCodeMachine, sessionMachine } from './session.ts';
import { syncMachine } from './sync.ts';
import { syncRecordMachine } from './sync-record.ts';
import { syncRunMachine } from './sync-run.ts';

/** Every state machine by name: what the docs, GET /api/state-machines and the property tests are made from. */
export const machines = {
  session: sessionMachine,
  connectionCode: connectionCodeMachine,
  sync: syncMachine,
  syncRun: syncRunMachine,
  syncRecord: syncRecordMachine,
  connection: connectionMachine,
  connectionConfiguration: configurationMachine,
  ingestionProcess: ingestionProcessMachine,
  ingestionRun: ingestionRunMachine,
  report: reportMachine,
} as const;

export type MachineName = keyof typeof machines;
