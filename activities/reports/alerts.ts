import type { LogLine } from '../../domain/automations.ts';
import type { Actor } from '../../domain/contracts.ts';
import { failedKinds } from '../../domain/report.ts';
import { durationText } from '../../domain/report-polls.ts';
import type { ReportDoc, ReportRevisionDoc, ReportTypeDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { incidentOf, isLimit, limitTitle } from '../alerts.ts';

type AlertPorts = Pick<Stores, 'alerts'>;

const system: Actor = { kind: 'system', id: 'report' };

/** One incident for each failure: cleared and failed again, it is a new one. */
const failureOf = ({ _id, failures }: ReportDoc): string => `report/${_id}/${failures}`;
const missingOf = ({ _id }: Pick<ReportDoc, '_id'>): string => `report/${_id}/missing`;

const helps = ({ type, slot }: Pick<ReportDoc, 'type' | 'slot'>) => ({
  command: `tributary report retry ${type} ${slot}`,
  retry: { kind: 'report', type, slot } as const,
});

/**
 * "Report <name> failed" (document 003, section 2): a report that did not come to be. Where somebody was told of the
 * root cause already, it is a line of that: the grant is gone, the destination takes no more.
 */
export async function raiseFailed(
  { alerts }: AlertPorts,
  report: ReportDoc,
  { source }: Pick<ReportTypeDoc, 'source'>,
): Promise<void> {
  const incident = failureOf(report);
  const { kind, detail, statusSince: at } = report;
  const reason = [`The report of ${report.date} was not made.`, detail, kind && failedKinds[kind].meaning];
  const text = reason.filter((part) => part !== null && part !== '').join(' ');
  const newer = 'It failed again: see the newer message.';
  await alerts.settle(missingOf(report), newer);
  await alerts.settle(failureOf({ ...report, failures: report.failures - 1 }), newer);
  const { command, retry } = helps(report);
  const line = `Report ${report.name} failed. ${text} Once the cause is gone: ${command}`;
  const root = await alerts.get(incidentOf.grant(source.connectionId));
  if (root?.status === 'open' && report.reason === 'GRANT_REVOKED')
    return alerts.raise({
      ...{ incident: root._id, cause: 'grant', title: root.title, reason: root.reason, since: root.since },
      command: `tributary connection status ${source.connectionId}`,
      occurrence: { id: incident, text: line, at },
    });
  const destination = report.delivery?.destinationId;
  if (destination !== undefined && isLimit(report.reason))
    return alerts.raise({
      ...{ incident: incidentOf.limit(destination), cause: 'limit', title: limitTitle(destination) },
      ...{ reason: text, since: at, command, occurrence: { id: incident, text: line, at } },
    });
  await alerts.raise({
    ...{ incident, cause: 'report', title: `Report ${report.name} failed`, reason: text, since: at },
    ...{ command, retry, occurrence: { id: incident, text, at } },
  });
}

/** The same, of a report that nobody even began: told by a look at the due times. */
export async function raiseMissing(
  { alerts }: AlertPorts,
  report: ReportDoc,
  missingMs: number,
): Promise<void> {
  const incident = missingOf(report);
  const since = report.dueAt ?? report.statusSince;
  const text = `The report of ${report.date} was due at ${since.toISOString()} and is not there after ${durationText(missingMs)}.`;
  await alerts.raise({
    incident,
    cause: 'report',
    title: `Report ${report.name} failed`,
    reason: text,
    since,
    ...helps(report),
    occurrence: { id: incident, text, at: report.statusSince },
  });
}

/** A repeat changed more than the type allows without a word. Nothing is broken, so it is over at once. */
export async function raiseRestated(
  { alerts }: AlertPorts,
  report: ReportDoc,
  { number, added, changed, removed }: ReportRevisionDoc,
  share: number,
): Promise<void> {
  const incident = `report/${report._id}/restated/${number}`;
  const at = report.statusSince;
  const text = `The repeat of ${report.date} changed ${Math.round(share * 100)} % of the rows: ${added} added, ${changed} changed, ${removed} removed.`;
  await alerts.raise({
    incident,
    cause: 'report',
    title: `Report ${report.name} was restated`,
    reason: text,
    since: at,
    command: `tributary report show ${report.type} ${report.slot}`,
    occurrence: { id: incident, text, at },
  });
  await alerts.settle(incident, 'The new revision is current.');
}

/** The destination rejected rows of a report that is there: the others arrived, so it is over at once. */
export async function raiseRejected({ alerts }: AlertPorts, report: ReportDoc): Promise<void> {
  const { delivery, revision, statusSince: at } = report;
  const [first] = delivery?.rejected ?? [];
  if (first === undefined) return;
  const incident = `report/${report._id}/rejected/${revision}`;
  const text = `${delivery?.counts.rejected} rows of ${report.date} were rejected by the destination ${delivery?.destinationId}. The first, ${first.key}: ${first.code}: ${first.message}`;
  await alerts.raise({
    incident,
    cause: 'report',
    title: `Rows of report ${report.name} were rejected`,
    reason: text,
    since: at,
    command: `tributary report show ${report.type} ${report.slot}`,
    occurrence: { id: incident, text, at },
  });
  await alerts.settle(
    incident,
    'The other rows are there. Rejected ones are sent again with the next revision.',
  );
}

/** What the report was told of is over. */
export async function settleFailures({ alerts }: AlertPorts, report: ReportDoc): Promise<void> {
  const resolution = report.realTime
    ? 'A later report of this type was made.'
    : `The report of ${report.date} is there.`;
  if (report.failures > 0) await alerts.settle(failureOf(report), resolution);
  await alerts.settle(missingOf(report), resolution);
}

const lineOf = (report: ReportDoc, text: string): LogLine => ({
  at: report.statusSince,
  by: report.by ?? system,
  subject: `report/${report._id}`,
  text,
  before: null,
  after: null,
});

/** The row of Logs of a report that was made. */
export const createdLine = (report: ReportDoc): LogLine =>
  lineOf(
    report,
    `Report ${report.name} of ${report.date} created: ${report.rows} rows, revision ${report.revision}.`,
  );

/** The row of Logs of one that failed. */
export const failedLine = (report: ReportDoc): LogLine =>
  lineOf(report, `Report ${report.name} of ${report.date} failed (${report.kind}): ${report.detail}`);
