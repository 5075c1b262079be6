import { TributaryError } from '../../../domain/errors.ts';
import { authorize, settingsOf } from '../authorization.ts';
import { actorOf } from '../caller.ts';
import {
  connectAgainOrCreate,
  connectionDoc,
  connectionIdOf,
  settingsIn,
  withParametersBefore,
} from '../connect.ts';
import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { invalid } from '../problem.ts';
import { connectBody, connected } from '../schemas/connections.ts';
import { connectionView } from '../views/connection.ts';

/** `connect`: the steps of the wizard in one call, up to the consent (document 002). */
export const createConnection: Route = (api, deps) => {
  const { stores, definitions } = deps;
  const schema = {
    summary: 'Connect a company to an app',
    description:
      'Makes company and connection, opens the session in Authorization (6), and says how to authorize. A disconnected connection is connected again, as its next generation.',
    tags: ['Connections'],
    body: connectBody,
    response: { 201: connected },
  };
  api.post('/api/connections', { schema, config: { needs: 'change' } }, async (request, reply) => {
    const { body } = request;
    const definition = definitions().get(body.app);
    if (definition === undefined)
      throw invalid({ path: 'body.app', message: `there is no app "${body.app}"` });
    const { company, app, id: asked, ...given } = body;
    const before = await stores.connections.get(connectionIdOf(body));
    const settings = withParametersBefore(definition, before, settingsIn(given));
    const fresh = connectionDoc(definition, { company, app, id: asked, settings }, deps.now());
    await settingsOf(deps, definition, fresh.parameters);
    const { id, name } = company;
    if (name !== undefined || (await stores.companies.get(id)) === null)
      await stores.companies.ensure({ id, name: name ?? id });

    const connection = await connectAgainOrCreate(deps, fresh);
    try {
      const authorized = await authorize(deps, connection, actorOf(request));
      const view = await connectionView(deps, await findConnection(deps, connection._id));
      return reply.code(201).send({ connection: view, ...authorized });
    } catch (error) {
      if (!(error instanceof TributaryError)) throw error;
      // The connection is made; only its session has still to be opened.
      const next = `POST /api/connections/${connection._id}/authorize`;
      throw new TributaryError(error.code, error.message, {
        ...error.details,
        connectionId: connection._id,
        next,
      });
    }
  });
};
