import { shownPayload } from '../../../activities/quarantine/session-room.ts';
import type { QuarantineDoc } from '../../../stores/model.ts';
import type { Route } from '../deps.ts';
import { findConnection, findDefinition, findSession } from '../find.ts';
import { invalid, notFound } from '../problem.ts';
import { sessionParams } from '../schemas/common.ts';
import { quarantine, quarantineQuery } from '../schemas/sessions.ts';

/** The rows of a session that could not be taken, resource by resource. */
export const listQuarantine: Route = (api, deps) => {
  const schema = {
    summary: 'List the rows of a session in quarantine',
    description:
      'Each with its reason and the row as it came, redacted. Give the answered `next` as `after` for the next page.',
    tags: ['Sessions'],
    params: sessionParams,
    querystring: quarantineQuery,
    response: { 200: quarantine },
  };
  api.get(
    '/api/sessions/:id/quarantine',
    { schema, config: { needs: 'readData' } },
    async ({ params, query }) => {
      const session = await findSession(deps, params.id);
      const { _id, connectionId, generation, resources } = session;
      const { resource: only, limit, after } = query;
      if (only !== undefined && !resources.includes(only))
        throw notFound('resource', only, `in session ${_id}`);
      const all = only === undefined ? resources : [only];
      const first =
        after === undefined ? 0 : all.findIndex((resource) => after.startsWith(`${_id}/${resource}/`));
      if (first < 0)
        throw invalid({ path: 'querystring.after', message: 'is not a place in this quarantine' });

      const rows: (QuarantineDoc & { readonly resource: string })[] = [];
      for (const [index, resource] of all.slice(first).entries()) {
        const prefix = `${_id}/${resource}/`;
        // Ids of this session stand together: its first one is the first above the bare prefix.
        const place = {
          after: index === 0 && after !== undefined ? after : prefix,
          limit: limit + 1 - rows.length,
        };
        const page = await deps.stores.quarantine.of(connectionId, generation, resource).page(place);
        for (const doc of page) if (doc._id.startsWith(prefix)) rows.push({ ...doc, resource });
        if (rows.length > limit) break;
      }
      const shown = rows.slice(0, limit);
      const connection = await findConnection(deps, connectionId);
      const ports = { definition: (app: string) => findDefinition(deps, app) };
      const redactions = new Map(all.map((one) => [one, shownPayload(ports, connection, one)]));
      return {
        rows: shown.map(({ _id: id, resource, key, reason, message, payload, at }) => ({
          ...{ id, resource, key, reason, message },
          payload: redactions.get(resource)?.(payload) ?? null,
          at: at.toISOString(),
        })),
        next: rows.length > limit ? (shown.at(-1)?._id ?? null) : null,
      };
    },
  );
};
