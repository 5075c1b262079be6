import { shownReportType } from '../../../activities/reports/edit-type.ts';
import { errors } from '../../../domain/errors.ts';
import { failedKinds } from '../../../domain/report.ts';
import type {
  ReportDeliveryDoc,
  ReportDoc,
  ReportRevisionDoc,
  ReportTypeDoc,
} from '../../../stores/model.ts';
import type { ReportDetail, ReportTypeView, ReportView } from '../schemas/reports.ts';

/** A report type as the API shows it. */
export const reportTypeView = (doc: ReportTypeDoc): ReportTypeView => shownReportType(doc);

const timeOf = (at: Date | null): string | null => at?.toISOString() ?? null;

/** A report as the API shows it. */
export const reportView = (doc: ReportDoc): ReportView => ({
  id: doc._id,
  type: doc.type,
  slot: doc.slot,
  name: doc.name,
  date: doc.date,
  status: doc.status,
  sentence: sentenceOf(doc),
  lastUpdated: timeOf(doc.lastUpdated),
  updateRepeated: timeOf(doc.updateRepeated),
  fail: doc.fail,
  kind: doc.kind,
  reason: doc.reason,
  detail: doc.detail,
  rows: doc.rows,
  unfit: doc.unfit ?? 0,
  revision: doc.revision,
  mongoId: doc.mongoId,
  delivery: deliveryView(doc.delivery ?? null),
  dueAt: timeOf(doc.dueAt),
  late: doc.late,
  occasion: doc.occasion,
  by: doc.by,
});

function deliveryView(delivery: ReportDeliveryDoc | null): ReportView['delivery'] {
  if (delivery === null) return null;
  const { destinationId: destination, object, startedAt, endedAt, counts, rejected } = delivery;
  return {
    ...{ destination, object, startedAt: startedAt.toISOString(), endedAt: timeOf(endedAt) },
    ...{ counts, rejected: rejected.map((row) => ({ ...row })) },
  };
}

function sentenceOf(doc: ReportDoc): string {
  const { status, date, rows, unfit = 0, revision, late, kind, reason, detail, dueAt, delivery } = doc;
  const rejected = delivery?.counts.rejected ?? 0;
  switch (status) {
    case 'created':
      return `The report of ${date} has ${rows ?? 0} rows${revision > 1 ? `, revision ${revision}` : ''}${late ? '; it came late' : ''}${unfit === 0 ? '' : `; ${unfit} more that the app gave did not fit and are left out`}${rejected === 0 ? '' : `; the destination rejected ${rejected}`}.`;
    case 'failed': {
      const known = reason !== null && Object.hasOwn(errors, reason);
      const help = known ? errors[reason as keyof typeof errors].whatToDo : '';
      return [detail, kind === null ? null : failedKinds[kind].meaning, help].filter(Boolean).join(' ');
    }
    case 'running':
      return `The report of ${date} is being made.`;
    case 'missed':
      return `The report of ${date} was due at ${timeOf(dueAt) ?? 'an unknown time'} and is not there.`;
    case 'due':
      return revision > 0
        ? `The report of ${date} is there; its repeat runs at the next scheduled time.`
        : `The report of ${date} is made at the next scheduled time.`;
  }
}

/** A revision; of the first one every row is new, which needs no list. */
export const revisionView = ({
  number,
  at,
  occasion,
  by,
  rows,
  added,
  changed,
  removed,
  unchanged,
  unfit,
  diff,
}: ReportRevisionDoc): ReportDetail['revisions'][number] => ({
  ...{ number, at: at.toISOString(), occasion, by, rows, added, changed, removed, unchanged },
  unfit: unfit === undefined ? null : { ...unfit, samples: unfit.samples.map((one) => ({ ...one })) },
  diff:
    number === 1
      ? null
      : {
          ...diff,
          added: [...diff.added],
          removed: [...diff.removed],
          changed: diff.changed.map((one) => ({ ...one })),
        },
});
