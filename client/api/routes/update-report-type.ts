import { isDeepStrictEqual } from 'node:util';
import type { ReportTypeDoc } from '../../../stores/model.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findReportType, requireSound, sourceOf } from '../report-calls.ts';
import {
  type ReportTypeChange,
  reportTypeChange,
  reportTypeChanged,
  reportTypeParams,
} from '../schemas/reports.ts';
import { reportTypeView } from '../views/report.ts';

/** Changes a report type. */
export const updateReportType: Route = (api, deps) => {
  const { stores, now } = deps;
  const schema = {
    summary: 'Change a report type',
    description:
      'What is left out stays. It counts for the next report; one that is being made is finished as it began. Each change leaves a row in Logs: what was and is, and who changed it.',
    tags: ['Reports'],
    params: reportTypeParams,
    body: reportTypeChange,
    response: { 200: reportTypeChanged },
  };
  api.post('/api/report-types/:id', { schema }, async (request) => {
    const before = await findReportType(deps, request.params.id);
    await requireSound(deps, merged(before, request.body));
    const after = await stores.reportTypes.change(before._id, (doc) => {
      const { name, status, realTime, offset, notifyOnFail, repeatAfterDays, ...rest } = merged(
        doc,
        request.body,
      );
      const { addToDatapoints, reportTypeId, restatementThreshold, source } = rest;
      const wanted = {
        ...{ name, status, realTime, offset, notifyOnFail, repeatAfterDays },
        ...{ addToDatapoints, reportTypeId, restatementThreshold, source },
      };
      return isDeepStrictEqual({ ...doc, ...wanted }, doc) ? null : wanted;
    });
    const [was, is] = [reportTypeView(before), reportTypeView(after)];
    const changes = changed(was, is);
    if (changes.length > 0) {
      const by = actorOf(request);
      const text = `${by.id} changed it. ${changes.join(' ')}`;
      const subject = `report-type/${after._id}`;
      await stores.logs.add({ at: now(), by, subject, text, before: was, after: is });
    }
    const ends =
      was.status === 'Active' && is.status === 'Inactive'
        ? ['Nothing of it is due any more; a report that is being made is finished.']
        : [];
    return {
      reportType: is,
      effects: changes.length === 0 ? ['Nothing was changed.'] : [...changes, ...ends],
    };
  });
};

const merged = (doc: ReportTypeDoc, { source, ...change }: ReportTypeChange): ReportTypeDoc => {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return { ...doc, ...given, ...(source === undefined ? {} : { source: sourceOf(source) }) };
};

/** A sentence for each field that differs. */
const changed = (was: object, is: object): string[] =>
  Object.entries(is).flatMap(([name, value]) => {
    const old = (was as Readonly<Record<string, unknown>>)[name];
    if (name === 'updatedAt' || isDeepStrictEqual(old, value)) return [];
    return [`${name}: ${JSON.stringify(old)} is now ${JSON.stringify(value)}.`];
  });
