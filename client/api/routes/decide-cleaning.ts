import { decisionId } from '../../../activities/processing/cleaning/decisions.ts';
import type { Actor } from '../../../domain/contracts.ts';
import { actorOf } from '../caller.ts';
import type { Route, RouteDeps } from '../deps.ts';
import { findConnection } from '../find.ts';
import { invalid } from '../problem.ts';
import { type CleaningDecisionBody, cleaningChange, cleaningDecisionBody } from '../schemas/cleaning.ts';
import { connectionParams } from '../schemas/common.ts';
import { findChange } from '../views/cleaning.ts';

const common = {
  tags: ['Analysis'],
  params: connectionParams,
  body: cleaningDecisionBody,
  response: { 200: cleaningChange },
};

/** The raw values count. */
export const undoCleaning: Route = (api, deps) => {
  const schema = {
    ...common,
    summary: 'Undo a change of historical data cleaning',
    description:
      'The raw values count again, in later sessions too, until they themselves become others by more than 5 %. The same call again changes who and why.',
  };
  api.post('/api/connections/:id/cleaning/undo', { schema, config: { needs: 'change' } }, (request) =>
    decide(deps, request.params.id, request.body, actorOf(request), true),
  );
};

/** The cleaned values count again. */
export const redoCleaning: Route = (api, deps) => {
  const schema = {
    ...common,
    summary: 'Redo a change of historical data cleaning',
    description: 'Takes an undo back: the cleaned values count again.',
  };
  api.post('/api/connections/:id/cleaning/redo', { schema, config: { needs: 'change' } }, (request) =>
    decide(deps, request.params.id, request.body, actorOf(request), false),
  );
};

async function decide(
  deps: RouteDeps,
  id: string,
  { series, change: changeId, why }: CleaningDecisionBody,
  { kind, id: person }: Actor,
  undone: boolean,
) {
  const connection = await findConnection(deps, id);
  const { change } = await findChange(deps, connection, series, changeId);
  if (change.effect === 'report')
    throw invalid({ path: 'body.change', message: 'it only tells, and changes no value' });
  await deps.stores.analysis.of(connection._id, connection.generation).cleaning.putMany([
    {
      ...{ _id: decisionId(series, changeId), kind: 'decision', series, change: changeId, undone },
      raw: change.points.map(({ start, before }) => [start, before] as const),
      ...{ by: { kind, id: person }, why, at: deps.now() },
    },
  ]);
  return (await findChange(deps, connection, series, changeId)).view;
}
