import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { fillBody, fillStarted, reportTypeParams } from '../schemas/reports.ts';

/** Makes the reports of a span that are not there. */
export const fillReportsRoute: Route = (api, { reports }) => {
  const schema = {
    summary: 'Fill the gaps of a report type',
    description:
      'Makes the reports of a span of dates that are not there, oldest first, at most 5 at a time, under the same ids as those of the schedule: nothing is made twice. Refused for real-time types, while the type is Inactive, and for dates to come.',
    tags: ['Reports'],
    params: reportTypeParams,
    body: fillBody,
    response: { 202: fillStarted },
  };
  api.post('/api/report-types/:id/fill', { schema, config: { needs: 'change' } }, async (request, reply) => {
    const { id: type } = request.params;
    const { from, to } = request.body;
    const { decision, slots, there } = await reports.fill({ type, from, to, by: actorOf(request) });
    const sentence = {
      started: `${slots.length} reports are being made; ${there} are there already.`,
      joined: 'Another fill of this type is open: wait until it has ended, then fill again.',
      nothing: `No report is missing: ${there} are there.`,
    }[decision];
    return reply.code(202).send({ decision, slots: [...slots], there, sentence });
  });
};
