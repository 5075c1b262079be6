import { readGroups } from '../../../activities/deduplication/across/nodes.ts';
import { nodeOf, partsOfNode } from '../../../domain/across.ts';
import { TributaryError } from '../../../domain/errors.ts';
import type { JsonValue } from '../../../domain/json.ts';
import type { ConnectionDoc, RecordDoc } from '../../../stores/model.ts';
import type { Stores } from '../../../stores/open.ts';
import type { Route } from '../deps.ts';
import { findResource } from '../find.ts';
import { recordDetail, recordParams } from '../schemas/records.ts';
import { recordView } from '../views/record.ts';

/** The row as the app sent it, from its batch `<sessionId>/<resource>/<number>`; null when that is gone. */
async function rawRow(stores: Stores, [batchId, index]: RecordDoc['source']): Promise<JsonValue> {
  const [sessionId = '', resource = '', number = ''] = batchId.split('/');
  const batch = await stores.loading.readBatch(sessionId, resource, Number(number));
  return batch?.rows[index] ?? null;
}

/** A merged key is no unknown one: the answer says which record stays, so that a reader can go on there. */
async function notHere(
  { merges, across }: Stores,
  { _id, company, app, generation }: ConnectionDoc,
  resource: string,
  key: string,
) {
  const merged = await merges.of(_id, generation, resource).members.get(key);
  const text = `There is no record "${key}" of ${resource} in connection ${_id}`;
  const node = nodeOf(_id, key);
  const into =
    merged?.away === true
      ? (await readGroups(across.of(company, app, resource), [node])).get(node)?.id
      : nodeOf(_id, merged?.survivor ?? key);
  if (into === undefined || into === node) return new TributaryError('NOT_FOUND', `${text}.`);
  const mergedInto = partsOfNode(into);
  const where = mergedInto.connection === _id ? '' : ` of connection ${mergedInto.connection}`;
  return new TributaryError('NOT_FOUND', `${text}: it is one with "${mergedInto.key}"${where}.`, {
    mergedInto,
  });
}

const placeOf = ([batch, index]: RecordDoc['source']) => ({ batch, index });

/** One record, with its raw row and its earlier versions. */
export const getRecord: Route = (api, deps) => {
  const schema = {
    summary: 'Show a record with its raw row and versions',
    description:
      '`raw` is the row as the app sent it; `versions` name the sessions and rows of earlier states. A key that was merged away is answered with 404, and `mergedInto` names the record that stays, and its connection.',
    tags: ['Records'],
    params: recordParams,
    response: { 200: recordDetail },
  };
  api.get(
    '/api/connections/:id/records/:resource/:key',
    { schema, config: { needs: 'readData' } },
    async ({ params }) => {
      const { id, resource, key } = params;
      const connection = await findResource(deps, id, resource);
      const doc = await deps.stores.records.of(id, connection.generation, resource).get(key);
      if (doc === null) throw await notHere(deps.stores, connection, resource, key);
      const versions = doc.versions.map(({ session, source, fingerprint }) => ({
        ...{ session, fingerprint },
        source: placeOf(source),
      }));
      return {
        ...recordView(doc),
        fingerprint: doc.fingerprint,
        cursor: doc.cursor,
        source: placeOf(doc.source),
        raw: await rawRow(deps.stores, doc.source),
        versions,
      };
    },
  );
};
