import type { ReportType } from '../../../domain/report-type.ts';
import type { ReportTypeDoc } from '../../../stores/model.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { requireSound, sourceOf } from '../report-calls.ts';
import { reportTypeBody, reportTypeChanged } from '../schemas/reports.ts';
import { reportTypeView } from '../views/report.ts';

/** Makes a report type. */
export const createReportType: Route = (api, { stores, now, ...deps }) => {
  const schema = {
    summary: 'Create a report type',
    description:
      'What a report shows, and of which date. It is made by a schedule with the task "report", by a fill, or by hand; making the type makes none. Refused: an offset into the future, an offset or a repeat of a real-time type, a source that is not there.',
    tags: ['Reports'],
    body: reportTypeBody,
    response: { 201: reportTypeChanged },
  };
  api.post('/api/report-types', { schema }, async (request, reply) => {
    const { id, name = id, source, ...rest } = request.body;
    const type: ReportType = { ...rest, name, source: sourceOf(source) };
    const { company } = await requireSound({ stores, now, ...deps }, type);
    const by = actorOf(request);
    const at = now();
    const doc: ReportTypeDoc = {
      ...{ _id: id, ...type, company, createdBy: by, createdAt: at, updatedAt: at, seq: 0 },
    };
    await stores.reportTypes.create(doc);
    const reportType = reportTypeView(doc);
    const text = `${by.id} made the report type ${name}.`;
    await stores.logs.add({ at, by, subject: `report-type/${id}`, text, before: null, after: reportType });
    const effects = [
      `The report type ${name} is there. A schedule with the task "report" makes its reports; a fill makes those of past dates.`,
    ];
    return reply.code(201).send({ reportType, effects });
  });
};
