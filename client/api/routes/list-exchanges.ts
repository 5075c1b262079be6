import type { ExchangesDoc, Place, QuarantineDoc, StoredExchange } from '../../../stores/model.ts';
import type { Route, RouteDeps } from '../deps.ts';
import { findSession } from '../find.ts';
import { sessionParams } from '../schemas/common.ts';
import { exchanges } from '../schemas/sessions.ts';

/** Rows in quarantine that are looked at for each resource. */
const mostRows = 1_000;

const isBefore = (a: Place, b: Place): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

const placeOf = ({ _id }: QuarantineDoc): Place => {
  const [index = '', batch = ''] = _id.split('/').reverse();
  return [Number(batch), Number(index)];
};

/** The last requests and answers of a session, with the rows in quarantine that came with each. */
export const listExchanges: Route = (api, deps) => {
  const schema = {
    summary: 'List the last requests of a session and their answers',
    description:
      'The last ten of each resource, without secrets, kept for 7 days. `quarantined` has the rows of an answer that did not fit.',
    tags: ['Sessions'],
    params: sessionParams,
    response: { 200: exchanges },
  };
  api.get('/api/sessions/:id/exchanges', { schema, config: { needs: 'readData' } }, async ({ params }) => {
    const { _id, connectionId, generation, resources } = await findSession(deps, params.id);
    const docs = await deps.stores.exchanges.many(_id, resources);
    const shown = [];
    for (const doc of docs) {
      const resource = doc._id.slice(_id.length + 1);
      const rows = await quarantined(deps, { connectionId, generation, sessionId: _id, resource });
      for (const [index, one] of doc.exchanges.entries())
        shown.push({ resource, ...view(one), quarantined: rowsOf(doc, index, rows) });
    }
    return { exchanges: shown };
  });
};

function quarantined(
  { stores }: RouteDeps,
  of: {
    readonly connectionId: string;
    readonly generation: number;
    readonly sessionId: string;
    readonly resource: string;
  },
): Promise<QuarantineDoc[]> {
  const { connectionId, generation, sessionId, resource } = of;
  const prefix = `${sessionId}/${resource}/`;
  return stores.quarantine
    .of(connectionId, generation, resource)
    .page({ after: prefix, limit: mostRows })
    .then((rows) => rows.filter((row) => row._id.startsWith(prefix)));
}

/** From the first row of one answer to the first row of the next one that brought any. */
function rowsOf({ exchanges: all }: ExchangesDoc, index: number, rows: readonly QuarantineDoc[]) {
  const first = all[index]?.firstRow;
  if (!first) return [];
  const next = all.slice(index + 1).find(({ firstRow }) => firstRow !== null)?.firstRow;
  return rows
    .filter((row) => {
      const place = placeOf(row);
      return !isBefore(place, first) && (!next || isBefore(place, next));
    })
    .map(({ _id: place, reason, message }) => ({ place, reason, message }));
}

const view = ({
  at,
  method,
  url,
  status,
  durationMs,
  bytes,
  headers,
  rows,
  excerpt,
  error,
}: StoredExchange) => ({
  ...{ method, url, status, durationMs, bytes, rows, excerpt, error },
  at: at.toISOString(),
  headers: Object.fromEntries(headers),
});
