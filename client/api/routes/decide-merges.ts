import { TributaryError } from '../../../domain/errors.ts';
import { actorOf } from '../caller.ts';
import type { Route, RouteDeps } from '../deps.ts';
import { decidePair, findMerges, type MergesRoom, undoMerge } from '../merges.ts';
import { connectionParams } from '../schemas/common.ts';
import { decideMergeBody, mergeDecided, undoMergeBody } from '../schemas/merges.ts';

const common = { tags: ['Deduplication'], params: connectionParams, response: { 202: mergeDecided } };
const config = { needs: 'change' } as const;

/** @throws {TributaryError} NOT_FOUND, INVALID_INPUT; CONNECTION_DISCONNECTED: no session would ever act on it */
async function findToChange(deps: RouteDeps, id: string, resource: string | undefined): Promise<MergesRoom> {
  const room = await findMerges(deps, id, resource);
  if (room.connection.status === 'DISCONNECTED')
    throw new TributaryError('CONNECTION_DISCONNECTED', `Connection ${id} was disconnected.`);
  return room;
}

/** Merged records become records of their own. */
export const undoMergeRoute: Route = (api, deps) => {
  const schema = {
    ...{ ...common, body: undoMergeBody },
    summary: 'Undo a merge',
    description:
      'The record comes back with what the app has of it now, and is never merged with the others again until that is withdrawn. A session of its own does it; the app is not asked. While none may start, the next session does.',
  };
  api.post('/api/connections/:id/merges/undo', { schema, config }, async (request, reply) => {
    const { resource, ...body } = request.body;
    const room = await findToChange(deps, request.params.id, resource);
    return reply.code(202).send(await undoMerge(deps, room, body, actorOf(request)));
  });
};

/** A person answers a suggestion. */
export const decideMerge: Route = (api, deps) => {
  const schema = {
    ...{ ...common, body: decideMergeBody },
    summary: 'Answer a near match, or withdraw an answer or undo',
    description:
      'accept: both become one record. dismiss: they are never one, and not suggested again. withdraw: as if nobody had decided.',
  };
  api.post('/api/connections/:id/merges/decide', { schema, config }, async (request, reply) => {
    const { resource, ...body } = request.body;
    const room = await findToChange(deps, request.params.id, resource);
    return reply.code(202).send(await decidePair(deps, room, body, actorOf(request)));
  });
};
