import { changeReportType, reportTypeChanges } from '../../../activities/reports/edit-type.ts';
import type { ReportTypeDoc } from '../../../stores/model.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { refuseDeveloperFields } from '../developer-fields.ts';
import { findReportType, requireSound, sourceAndId } from '../report-calls.ts';
import { requireDateField } from '../report-date-field.ts';
import { moveEffects, prepareReportTarget, targetOf } from '../report-target.ts';
import {
  type ParsedReportTypeChange,
  reportTypeChange,
  reportTypeChanged,
  reportTypeParams,
} from '../schemas/reports.ts';
import { reportTypeView } from '../views/report.ts';

/** Changes a report type. */
export const updateReportType: Route = (api, deps) => {
  const schema = {
    summary: 'Change a report type',
    description:
      'What is left out stays. It counts for the next report; one that is being made is finished as it began. Each change leaves a row in Logs: what was and is, and who changed it.',
    tags: ['Reports'],
    params: reportTypeParams,
    body: reportTypeChange,
    response: { 200: reportTypeChanged },
  };
  api.post('/api/report-types/:id', { schema, config: { needs: 'change' } }, async (request) => {
    const before = await findReportType(deps, request.params.id);
    const subject = `report-type/${before._id}`;
    const { target: asked, ...body } = request.body;
    const wanted = merged(before, body);
    // Another report of the app is another Report Type Id, though it is not named.
    const follows = body.source === undefined ? {} : { reportTypeId: wanted.reportTypeId };
    await refuseDeveloperFields(deps, request, { subject, was: before, wanted: { ...body, ...follows } });
    const connection = await requireSound(deps, wanted);
    const target = asked === undefined ? before.target : targetOf(deps, asked, connection, wanted.source);
    const made = asked === undefined ? [] : await prepareReportTarget(deps, before._id, target);
    if (request.body.source !== undefined) await requireDateField(deps, connection, wanted.source);
    const by = actorOf(request);
    const after = await changeReportType(deps, before._id, by, (doc) => {
      const { name, status, realTime, offset, notifyOnFail, repeatAfterDays, ...rest } = merged(doc, body);
      const { addToDatapoints, datapoints, reportTypeId, restatementThreshold, source } = rest;
      return {
        ...{ name, status, realTime, offset, notifyOnFail, repeatAfterDays },
        ...{ addToDatapoints, reportTypeId, restatementThreshold, source },
        ...(datapoints === undefined ? {} : { datapoints }),
        ...(asked === undefined ? {} : { target }),
      };
    });
    const [was, is] = [reportTypeView(before), reportTypeView(after)];
    const changes = reportTypeChanges(was, is);
    const ends =
      was.status === 'Active' && is.status === 'Inactive'
        ? ['Nothing of it is due any more; a report that is being made is finished.']
        : [];
    return {
      reportType: is,
      effects:
        changes.length === 0
          ? ['Nothing was changed.', ...made]
          : [...changes, ...ends, ...made, ...moveEffects(before.target, after.target)],
    };
  });
};

const merged = (
  doc: ReportTypeDoc,
  { source, reportTypeId, ...change }: Omit<ParsedReportTypeChange, 'target'>,
): ReportTypeDoc => {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return { ...doc, ...given, ...sourceAndId({ source, reportTypeId }, doc) };
};
