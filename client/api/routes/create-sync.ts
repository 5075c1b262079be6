import { syncMachine } from '../../../domain/sync.ts';
import type { SyncDoc } from '../../../stores/model.ts';
import { unrun } from '../../../stores/syncs.ts';
import { actorOf } from '../caller.ts';
import type { Route, RouteDeps } from '../deps.ts';
import { invalid } from '../problem.ts';
import { type ParsedSyncBody, syncBody, syncChanged } from '../schemas/syncs.ts';
import { together } from '../sync-calls.ts';
import { checkMode, findDestination, type SoundModel, soundModel } from '../sync-input.ts';
import { prepareTarget } from '../sync-target.ts';
import { syncView } from '../views/sync.ts';

/** Makes a sync, and at its destination what it needs there. */
export const createSync: Route = (api, deps) => {
  const { stores, syncSchedules } = deps;
  const schema = {
    summary: 'Create a sync',
    description:
      'Everything is checked first: the model, the filter, the mapping, and whether the destination can take the rows; what it lacks and can make is made. `prepare: false` asks nothing of the destination. A sync does not run by being made: call `run`, or give it a schedule.',
    tags: ['Syncs'],
    body: syncBody,
    response: { 201: syncChanged },
  };
  api.post('/api/syncs', { schema, config: { needs: 'change' } }, async (request, reply) => {
    const { body } = request;
    const model = await soundModel(deps, body);
    const destination = await findDestination(deps, body.destination);
    checkMode(deps, destination, body.mode);
    if ((await stores.syncs.get(body.id)) !== null)
      throw invalid({ path: 'body.id', message: `there is a sync "${body.id}" already` });
    const doc = newSync(deps, body, model, actorOf(request));
    const effects = body.prepare ? await prepareTarget(deps, destination, doc) : [];
    const made = await stores.syncs.create(doc);
    const { kind } = made.schedule;
    if (kind === 'INTERVAL' || kind === 'CRON') await syncSchedules.apply(made.connectionId);
    const answer = { sync: await syncView(deps, await together(deps, made)), effects: [...effects] };
    return reply.code(201).send(answer);
  });
};

function newSync(
  { now }: RouteDeps,
  body: ParsedSyncBody,
  { connection, model, mapping, keyField }: SoundModel,
  createdBy: SyncDoc['createdBy'],
): SyncDoc {
  const move = syncMachine.advance(null, 'create');
  if (!move.ok) throw new Error('A sync cannot be created.');
  const at = now();
  return {
    _id: body.id,
    connectionId: connection._id,
    generation: connection.generation,
    company: connection.company,
    destinationId: body.destination,
    model,
    mapping,
    keyField,
    object: body.object,
    mode: body.mode,
    schedule: body.schedule,
    timeZone: body.timeZone,
    rejectedThreshold: body.rejectedThreshold,
    rejectionCap: body.rejectionCap,
    status: move.to,
    statusSince: at,
    ...unrun,
    createdBy,
    createdAt: at,
    updatedAt: at,
  };
}
