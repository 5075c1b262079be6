import type { JsonValue } from '../../../domain/json.ts';
import type { Route } from '../deps.ts';
import { logList, logsQuery } from '../schemas/control.ts';

/** Rows of Logs. */
export const listLogs: Route = (api, { stores }) => {
  const schema = {
    summary: 'List the logs',
    description: 'Who changed what of the control base, and what happened by itself. Newest first.',
    tags: ['System'],
    querystring: logsQuery,
    response: { 200: logList },
  };
  api.get('/api/logs', { schema, config: { needs: 'view' } }, async ({ query }) => {
    const rows = await stores.logs.list(query);
    const logs = rows.map(({ _id: id, at, by, subject, text, before, after }) => ({
      ...{ id, at: at.toISOString(), by, subject, text },
      before: (before ?? null) as JsonValue,
      after: (after ?? null) as JsonValue,
    }));
    return { logs, next: rows.length < query.limit ? null : (logs.at(-1)?.id ?? null) };
  });
};
