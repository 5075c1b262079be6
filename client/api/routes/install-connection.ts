import { installed } from '../../../activities/lifecycle/wizard.ts';
import { TributaryError } from '../../../domain/errors.ts';
import { resultOf } from '../../../domain/lifecycle.ts';
import { guardProcedure } from '../../../domain/procedures.ts';
import { refusedBy } from '../../lifecycle-answers.ts';
import { connectionIdOf } from '../connect.ts';
import type { Route } from '../deps.ts';
import { inLivingCompany } from '../living-company.ts';
import { invalid } from '../problem.ts';
import { installBody, installResult } from '../schemas/wizard.ts';

/** The first step of the wizard: a connection that nobody has configured yet (document 002). */
export const installConnection: Route = (api, deps) => {
  const { stores, definitions } = deps;
  const schema = {
    summary: 'Install a connection: begin its wizard',
    description:
      'Makes company and connection, in CONFIGURING / INSTALLED; nothing is asked of the app. `GET /api/connections/:id/status` tells the next step.',
    tags: ['Wizard'],
    body: installBody,
    response: { 201: installResult },
  };
  api.post('/api/connections/install', { schema, config: { needs: 'change' } }, async (request, reply) => {
    const { company, app } = request.body;
    const definition = definitions().get(app);
    if (definition === undefined) throw invalid({ path: 'body.app', message: `there is no app "${app}"` });
    const id = connectionIdOf(request.body);
    const refuse = async () => {
      const existing = await stores.connections.get(id);
      if (existing === null) return;
      const { message, responseCode } = guardProcedure('install', existing);
      const again = existing.status === 'DISCONNECTED' ? ' Connect it again instead.' : '';
      refusedBy({ responseCode, message: `${message}${again}` }, existing);
    };
    await refuse();
    const { name } = company;
    if (name !== undefined || (await stores.companies.get(company.id)) === null)
      await stores.companies.ensure({ id: company.id, name: name ?? company.id });
    const made = await inLivingCompany(deps, company.id, async () => {
      try {
        return await stores.connections.create(
          installed(definition, { id, company: company.id }, deps.now()),
        );
      } catch (error) {
        if (error instanceof TributaryError && error.code === 'CONNECTION_EXISTS') await refuse();
        throw error;
      }
    });
    const message = `Connection ${id} is installed.`;
    return reply.code(201).send({ ...resultOf('OK', message, made), connectionId: id });
  });
};
