import { dueTimes } from '../../domain/due-times.ts';
import { TributaryError } from '../../domain/errors.ts';
import { type ReportInput, type ReportRefusal, reportIdOf } from '../../domain/report-contracts.ts';
import { statusAfter, stepsToRun } from '../../domain/report-steps.ts';
import { reportDateOf } from '../../domain/report-type.ts';
import type { AutomationDoc, ReportDoc, ReportTypeDoc } from '../../stores/model.ts';
import type { ActivityPorts } from '../ports.ts';
import type { ReportActivities } from './contracts.ts';
import { findSource } from './source.ts';

const dayMs = 86_400_000;
/** A day begins up to so long before it does in UTC. */
const eastMs = 14 * 3_600_000;

type Input = ReportInput & { readonly engineRun: string };

/** See {@link ReportActivities}. */
export async function beginReport(
  ports: Pick<ActivityPorts, 'stores' | 'definition' | 'poolQueue'>,
  input: Input,
): ReturnType<ReportActivities['beginReport']> {
  const { stores } = ports;
  const type = await stores.reportTypes.get(input.type);
  if (type === null) return { refused: 'NOT_FOUND' };
  const date = reportDateOf(input.slot, type.offset);
  if (date === null) return { refused: 'SLOT_INVALID' };
  const now = new Date();
  if (Date.parse(date) > now.getTime() + eastMs) return { refused: 'DATE_TO_COME' };
  const refused = await run(ports, input, type, date, now);
  if (refused !== null) return { refused };
  try {
    const { connection, asynchronous } = await findSource(ports, type);
    return {
      poolQueue: ports.poolQueue(connection.pool),
      asynchronous,
      delivers: type.target.kind !== 'mongodb',
    };
  } catch (error) {
    if (!(error instanceof TributaryError) || error.retryable) throw error;
    return { fault: { reason: error.code, detail: error.message } };
  }
}

/** @returns why the report may not run; null: it does */
async function run(
  { stores }: Pick<ActivityPorts, 'stores'>,
  { slot, occasion, by, engineRun }: Input,
  type: ReportTypeDoc,
  date: string,
  now: Date,
): Promise<ReportRefusal | null> {
  const id = reportIdOf(type._id, slot);
  const dueAt = dueAtOf(await stores.automations.list(), type._id, slot);
  // A report that there is no trace of is made first, so that each change is a change of a document.
  const known = await stores.reports.get(id);
  const facts = { inactive: type.status === 'Inactive', realTime: type.realTime };
  if (known === null) {
    const steps = stepsToRun({ status: null, repeated: false, ...facts }, occasion);
    if ('refused' in steps) return steps.refused;
    await stores.reports.create(newReport(type, slot, date, dueAt, now));
  }
  let refused: ReportRefusal | null = null;
  await stores.reports.change(id, (doc) => {
    refused = null;
    if (doc.status === 'running' && doc.engineRun === engineRun) return null;
    const steps = stepsToRun(
      { status: doc.status, repeated: doc.updateRepeated !== null, ...facts },
      occasion,
    );
    if ('refused' in steps) {
      refused = steps.refused;
      return null;
    }
    return {
      name: type.name,
      realTime: type.realTime,
      date,
      dueAt: doc.dueAt ?? dueAt,
      status: statusAfter(doc.status, steps.events),
      statusSince: now,
      late: doc.late || doc.status === 'missed',
      // What repeats a report that failed to be repeated is that repeat.
      occasion:
        doc.revision > 0 && doc.status !== 'created' && doc.occasion === 'repeat' ? 'repeat' : occasion,
      by,
      engineRun,
      runs: doc.runs + 1,
      askedAt: null,
      fail: false,
      kind: null,
      reason: null,
      detail: null,
    };
  });
  return refused;
}

/** A report of which nothing is known yet but that it is due. */
export const newReport = (
  type: ReportTypeDoc,
  slot: string,
  date: string,
  dueAt: Date | null,
  now: Date,
): ReportDoc => ({
  _id: reportIdOf(type._id, slot),
  type: type._id,
  slot,
  company: type.company,
  name: type.name,
  realTime: type.realTime,
  date,
  status: statusAfter(null, ['fallDue']),
  statusSince: now,
  lastUpdated: null,
  updateRepeated: null,
  fail: false,
  kind: null,
  reason: null,
  detail: null,
  rows: null,
  revision: 0,
  mongoId: null,
  dueAt,
  late: false,
  occasion: null,
  by: null,
  runs: 0,
  engineRun: null,
  askedAt: null,
  failures: 0,
  sealed: null,
  seq: 0,
  createdAt: now,
  updatedAt: now,
});

/** When automations were to make the report of a slot; null: none was. */
export function dueAtOf(automations: readonly AutomationDoc[], type: string, slot: string): Date | null {
  const near = Date.parse(slot);
  for (const { task, ...timing } of automations) {
    if (task.kind !== 'report' || task.reportType !== type) continue;
    const due = dueTimes(timing, near - 2 * dayMs, near + 3 * dayMs).find((time) => time.slot === slot);
    if (due !== undefined) return new Date(due.at);
  }
  return null;
}
