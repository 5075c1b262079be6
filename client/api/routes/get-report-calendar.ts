import { readCalendar } from '../../../activities/reports/calendar.ts';
import { calendarStates } from '../../../domain/report-calendar.ts';
import type { Route } from '../deps.ts';
import { invalid } from '../problem.ts';
import { findReportType } from '../report-calls.ts';
import { calendar, calendarQuery, reportTypeParams } from '../schemas/reports.ts';

/** What became of every slot of a report type. */
export const getReportCalendar: Route = (api, deps) => {
  const { stores, now, reports } = deps;
  const schema = {
    summary: 'Show the completeness calendar of a report type',
    description:
      'Every slot of a span with exactly one state: expected, created, late, empty, failed or missing. Slots are those of the schedules that make the type; without one, each date.',
    tags: ['Reports'],
    params: reportTypeParams,
    querystring: calendarQuery,
    response: { 200: calendar },
  };
  api.get(
    '/api/report-types/:id/calendar',
    { schema, config: { needs: 'view' } },
    async ({ params, query }) => {
      const type = await findReportType(deps, params.id);
      const { from, to } = query;
      if (from > to) throw invalid({ path: 'query.from', message: 'must not be after "to"' });
      const { missingMs } = reports;
      const { entries } = await readCalendar(stores, type, { from, to, now: now(), missingMs });
      const counts = calendarStates.map(
        (state) => [state, entries.filter((entry) => entry.state === state).length] as const,
      );
      return {
        ...{ type: type._id, from, to },
        counts: Object.fromEntries(counts) as Record<(typeof calendarStates)[number], number>,
        entries: entries.map(({ slot, dueAt, state }) => ({
          ...{ slot, dueAt: dueAt?.toISOString() ?? null, state },
        })),
      };
    },
  );
};
