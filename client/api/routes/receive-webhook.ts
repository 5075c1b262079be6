import { z } from 'zod';
import { secretContext } from '../../../activities/secret-context.ts';
import { TributaryError } from '../../../domain/errors.ts';
import type { JsonValue } from '../../../domain/json.ts';
import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { notFound } from '../problem.ts';
import { slug } from '../schemas/common.ts';

const body = z
  .looseObject({
    id: z.string().min(1).max(200).describe('Id of the event: told twice, it counts once'),
    type: z
      .string()
      .min(1)
      .max(200)
      .describe('What happened; `grant.revoked` ends the grant, `<resource>.failed` reports an error'),
  })
  .meta({ examples: [{ id: 'evt-1', type: 'orders.ready' }] });

/** What an app tells us: stored, encrypted, before the session is told. */
export const receiveWebhook: Route = (api, deps) => {
  const { stores, secrets, dispatcher, now } = deps;
  const answer = z.object({ stored: z.boolean().describe('false: it was known') });
  const schema = {
    summary: 'Receive a webhook of an app',
    description:
      'Needs the bearer token: signatures of apps are not checked yet. An event id that is known answers 200 and changes nothing; a disconnected connection 410.',
    tags: ['Webhooks'],
    params: z.object({ app: slug.describe('App id'), connection: slug.describe('Connection id') }),
    body,
    response: { 200: answer, 202: answer },
  };
  api.post('/api/webhooks/:app/:connection', { schema }, async ({ params, body: event }, reply) => {
    const connection = await findConnection(deps, params.connection);
    if (connection.app !== params.app)
      throw notFound('connection', params.connection, `at the app ${params.app}`);
    const { _id: connectionId, generation, status } = connection;
    if (status === 'DISCONNECTED')
      throw new TributaryError('CONNECTION_DISCONNECTED', `Connection ${connectionId} was disconnected.`);
    const kind = event.type === 'grant.revoked' ? 'revoked' : 'webhook';
    const _id = `${kind}/${connectionId}/${event.id}`;
    const payload = secrets.seal(event as unknown as JsonValue, secretContext.inbox(_id));
    const entry = {
      _id,
      connectionId,
      generation,
      kind,
      event: event.type,
      payload,
      receivedAt: now(),
    } as const;
    if ((await stores.inbox.put(entry)) === 'known') return reply.code(200).send({ stored: false });
    dispatcher.nudge(connectionId);
    return reply.code(202).send({ stored: true });
  });
};
