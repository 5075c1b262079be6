import { connectPath, storeConnectLink } from '../../../activities/connect-link.ts';
import { spanMs } from '../../../connectors/format/values.ts';
import { requireSetUp } from '../authorization.ts';
import { connectionDoc, settingsIn, withParametersBefore } from '../connect.ts';
import { generationFor } from '../connect-link.ts';
import type { Route } from '../deps.ts';
import { companyName } from '../find.ts';
import { invalid } from '../problem.ts';
import { connectLink, connectLinkBody } from '../schemas/connections.ts';

/** A link by which the customer connects, or authorizes again, without a token. */
export const createConnectLink: Route = (api, deps) => {
  const { stores, definitions, now } = deps;
  const schema = {
    summary: 'Make a link by which a customer connects',
    description:
      'The customer opens it without a token, sees who asks for what, gives the parameters that are missing, and authorizes. For a connection that is there it authorizes again, with data and cursors kept; after a disconnect it makes the next generation. It ends with the first authorization. Nothing is made before the customer answers.',
    tags: ['Connections'],
    body: connectLinkBody,
    response: { 201: connectLink },
  };
  api.post('/api/connect-links', { schema, config: { needs: 'change' } }, async ({ body }, reply) => {
    const { company, app, id, validFor, ...given } = body;
    const definition = definitions().get(app);
    if (definition === undefined) throw invalid({ path: 'body.app', message: `there is no app "${app}"` });
    const createdAt = now();
    const doc = connectionDoc(definition, { company, app, id, settings: settingsIn(given) }, createdAt, {
      partial: true,
    });
    await requireSetUp(deps, definition);
    const before = await stores.connections.get(doc._id);
    const generation = await generationFor(deps, doc, before);
    const expiresAt = new Date(createdAt.getTime() + spanMs(validFor));
    const linkId = await storeConnectLink(deps, {
      company: { id: company.id, name: company.name ?? (await companyName(deps, company.id)) },
      app,
      connectionId: doc._id,
      generation,
      settings: withParametersBefore(definition, before, settingsIn(given)),
      createdAt,
      expiresAt,
    });
    const link = deps.address(connectPath(deps.secrets, linkId));
    const reauthorizes = generation === before?.generation;
    return reply
      .code(201)
      .send({ link, expiresAt: expiresAt.toISOString(), connectionId: doc._id, reauthorizes });
  });
};
