import type { z } from 'zod';
import type { ProcedureAnswer } from '../../../domain/procedures.ts';
import type { ConnectionDoc } from '../../../stores/model.ts';
import { actorOf } from '../caller.ts';
import { credentialFaults } from '../credential-faults.ts';
import type { Route, RouteDeps } from '../deps.ts';
import { putDraft } from '../draft.ts';
import { findConnection, findDefinition } from '../find.ts';
import { parameterFaults, parameterFields } from '../parameters.ts';
import { answerProcedure, procedureAnswers, procedureSchema } from '../procedure.ts';
import { configurationBody } from '../schemas/procedures.ts';

type Asked = z.output<typeof configurationBody>;

/** What the definition says against parameters and credentials; null: nothing. */
export function configurationFault(
  deps: RouteDeps,
  connection: ConnectionDoc,
  { parameters = {}, credentials }: Asked,
): ProcedureAnswer | null {
  const definition = findDefinition(deps, connection.app);
  const names = parameterFields(definition).map(({ name }) => name);
  const kept = Object.entries(connection.parameters).filter(([name]) => names.includes(name));
  const faults = [...parameterFaults(definition, { ...Object.fromEntries(kept), ...parameters })];
  const { kind } = definition.auth;
  if (credentials !== undefined && credentials.kind !== kind) {
    const message =
      kind === 'oauth2' ? `${connection.app} is authorized by consent: call authorize` : `must be ${kind}`;
    faults.push({ path: 'body.credentials.kind', message });
  } else if (credentials !== undefined)
    faults.push(...credentialFaults(definition, credentials, 'body.credentials'));
  if (faults.length === 0) return null;
  const message = faults.map((fault) => `${fault.path}: ${fault.message}`).join('; ');
  return { responseCode: 'INVALID_INPUT', message };
}

/** The credentials and parameters of a paused connection: tested first, saved only when the app takes them. */
export const updateConnectionConfiguration: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    summary: 'Change credentials or parameters of a paused connection',
    description: `They are tested at the app first; where it refuses them (CONNECTION_TEST_FAILED) nothing is saved and the old ones still work. ${procedureAnswers}`,
    body: configurationBody,
  };
  api.post(
    '/api/connections/:id/configuration',
    { schema, config: { needs: 'change' } },
    async (request, reply) => {
      const { body, params } = request;
      const { note, parameters, credentials } = body;
      const connection = await findConnection(deps, params.id);
      const prepare = (number: number) =>
        credentials === undefined ? Promise.resolve() : putDraft(deps, connection, number, credentials);
      return answerProcedure(deps, reply, params.id, {
        ...{ name: 'updateConnectionConfiguration' as const, by: actorOf(request), note, prepare },
        validate: async () => configurationFault(deps, connection, body),
        arguments: parameters === undefined ? {} : { parameters },
      });
    },
  );
};
