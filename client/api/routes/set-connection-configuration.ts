import { authorize, settingsOf } from '../authorization.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { putDraft } from '../draft.ts';
import { findConnection, findDefinition } from '../find.ts';
import { procedureAnswers, procedureSchema, runProcedure } from '../procedure.ts';
import { setConfigurationBody, setConfigurationResult } from '../schemas/wizard.ts';
import { configurationFault } from './update-connection-configuration.ts';

/** Parameters and credentials, or the way to the consent page (document 002: connection configuration). */
export const setConnectionConfiguration: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    tags: ['Wizard'],
    summary: 'Set what opens the app: parameters, and credentials or consent',
    description: `Credentials are saved, then tested at the app: CONNECTED, or CONNECTION_TEST_FAILED with the app's words, and the status stays. For an app with OAuth the answer carries the consent link, and the consent makes it CONNECTED. ${procedureAnswers}`,
    body: setConfigurationBody,
    response: { ...procedureSchema.response, 200: setConfigurationResult },
  };
  api.post(
    '/api/connections/:id/set-configuration',
    { schema, config: { needs: 'change' } },
    async (request, reply) => {
      const { id } = request.params;
      const { note, parameters = {}, credentials } = request.body ?? {};
      const by = actorOf(request);
      const connection = await findConnection(deps, id);
      const consents = findDefinition(deps, connection.app).auth.kind === 'oauth2';
      const validate = async () => {
        const fault = configurationFault(deps, connection, { parameters, credentials });
        if (fault !== null) return fault;
        const definition = findDefinition(deps, connection.app);
        await settingsOf(deps, definition, { ...connection.parameters, ...parameters });
        if (consents || credentials !== undefined) return null;
        const saved = await deps.stores.grants.get(id, connection.generation);
        return saved === null
          ? {
              responseCode: 'INVALID_INPUT' as const,
              message: 'body.credentials: is missing, and none are saved',
            }
          : null;
      };
      const prepare = (number: number) =>
        credentials === undefined ? Promise.resolve() : putDraft(deps, connection, number, credentials);
      const answer = await runProcedure(deps, id, {
        ...{ name: 'setConnectionConfiguration' as const, by, note, validate, prepare },
        arguments: { parameters },
      });
      if (answer.code === 202) return reply.code(202).send(answer.body);
      if (!consents) return reply.code(200).send(answer.body);
      const { sessionId, authorization } = await authorize(deps, await findConnection(deps, id), by);
      return reply.code(200).send({ ...answer.body, sessionId, authorization });
    },
  );
};
