import type { JsonObject } from '../../../domain/json.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findConnection, findDefinition } from '../find.ts';
import { answerProcedure, procedureAnswers, procedureSchema } from '../procedure.ts';
import { connectorBody } from '../schemas/wizard.ts';
import { inputFault } from '../wizard.ts';
import { poolFault } from './update-connection-pool.ts';

/** The most crucial properties: where and when it works (document 002). */
export const configureConnector: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    tags: ['Wizard'],
    summary: 'Configure the connector of a connection: pool, schedule, time zone',
    description: `What is not named stays as it is. The pool must have a worker that lives (POOL_INACCESSIBLE). Where the records are (the sink) follows from the id of the connection. ${procedureAnswers}`,
    body: connectorBody,
  };
  api.post(
    '/api/connections/:id/connector',
    { schema, config: { needs: 'change' } },
    async (request, reply) => {
      const { note, sink, ...given } = request.body ?? {};
      const { app, pool, sink: own } = await findConnection(deps, request.params.id);
      const validate = async () => {
        const cannot =
          given.deduplication === true && findDefinition(deps, app).deduplication === undefined
            ? [
                {
                  path: 'body.deduplication',
                  message: `the definition of ${app} says of no resource when two records are one`,
                },
              ]
            : [];
        const elsewhere =
          sink === undefined || sink === own
            ? []
            : [
                {
                  path: 'body.sink',
                  message: `must be ${own}: each connection has a sink of its own, named by its id. For another one install it under another id`,
                },
              ];
        return inputFault([...elsewhere, ...cannot]) ?? poolFault(deps, '', given.pool ?? pool);
      };
      const named = Object.entries(given).filter(([, value]) => value !== undefined);
      return answerProcedure(deps, reply, request.params.id, {
        ...{ name: 'configureConnector' as const, by: actorOf(request), note, validate },
        arguments: Object.fromEntries(named) as JsonObject,
      });
    },
  );
};
