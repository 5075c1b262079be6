import { addReportType } from '../../../activities/reports/edit-type.ts';
import type { ReportType } from '../../../domain/report-type.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { refuseDeveloperFields } from '../developer-fields.ts';
import { invalid } from '../problem.ts';
import { requireSound, sourceAndId } from '../report-calls.ts';
import { requireDateField } from '../report-date-field.ts';
import { prepareReportTarget, targetOf } from '../report-target.ts';
import { reportTypeBody, reportTypeChanged } from '../schemas/reports.ts';
import { reportTypeView } from '../views/report.ts';

/** Makes a report type. */
export const createReportType: Route = (api, { stores, now, ...deps }) => {
  const schema = {
    summary: 'Create a report type',
    description:
      'What a report shows, and of which date. It is made by a schedule with the task "report", by a fill, or by hand; making the type makes none. Refused: an offset into the future, an offset or a repeat of a real-time type, a source that is not there, a destination that is not there or cannot take the rows. What a destination lacks and can make is made.',
    tags: ['Reports'],
    body: reportTypeBody,
    response: { 201: reportTypeChanged },
  };
  api.post('/api/report-types', { schema, config: { needs: 'change' } }, async (request, reply) => {
    const { id, name = id, source, reportTypeId, target, datapoints = [], ...rest } = request.body;
    const inStore: ReportType = {
      ...{ ...rest, name, datapoints, target: { kind: 'mongodb' } },
      ...sourceAndId({ source, reportTypeId }),
    };
    const subject = `report-type/${id}`;
    await refuseDeveloperFields({ stores, now }, request, { subject, was: {}, wanted: request.body });
    const connection = await requireSound({ stores, now, ...deps }, inStore);
    await requireDateField({ stores, ...deps }, connection, inStore.source);
    const type = { ...inStore, target: targetOf({ stores, ...deps }, target, connection, inStore.source) };
    const { company } = connection;
    const by = actorOf(request);
    if ((await stores.reportTypes.get(id)) !== null)
      throw invalid({ path: 'body.id', message: `there is a report type "${id}" already` });
    const made = await prepareReportTarget({ stores, ...deps }, id, type.target);
    const reportType = reportTypeView(
      await addReportType({ stores, now }, { _id: id, ...type, company }, by),
    );
    const effects = [
      `The report type ${name} is there. A schedule with the task "report" makes its reports; a fill makes those of past dates.`,
      ...made,
    ];
    return reply.code(201).send({ reportType, effects });
  });
};
