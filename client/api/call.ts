import { sessionStatusNames } from '../../domain/session.ts';
import type { UpdateCall } from '../sessions-port.ts';
import { actorOf, idempotencyKeyOf } from './caller.ts';
import type { Route } from './deps.ts';
import { sessionParams } from './schemas/common.ts';
import { callBody, callResult } from './schemas/sessions.ts';

/** The route of one call of a person: it answers with the status that the call led to. */
export const callRoute =
  (call: UpdateCall, summary: string): Route =>
  (api, { sessions }) => {
    const schema = {
      summary,
      description: `Header Idempotency-Key: the same call again has the first answer. Header X-Actor: who calls. 202: accepted, the session has not moved yet. 409 names the current status and the allowed calls.`,
      tags: ['Sessions'],
      params: sessionParams,
      body: callBody,
      response: { 200: callResult, 202: callResult },
    };
    api.post(`/api/sessions/:id/${call}`, { schema, config: { needs: 'change' } }, async (request, reply) => {
      const { note, substage } = request.body ?? {};
      const asked = {
        by: actorOf(request),
        ...(note === undefined ? {} : { note }),
        ...(substage === undefined ? {} : { substage }),
      };
      const updateId = idempotencyKeyOf(request);
      const answer = await sessions.call(request.params.id, call, asked, { updateId });
      const name = sessionStatusNames[answer.code];
      return reply.code(answer.pending ? 202 : 200).send({ ...answer, name });
    });
  };
