import type { Route } from '../deps.ts';
import { company, companyBody } from '../schemas/companies.ts';
import { companyView, labelsOf } from '../views/company.ts';

/** Makes a company, or gives it another name. */
export const createCompany: Route = (api, deps) => {
  const { companies, connections } = deps.stores;
  const schema = {
    summary: 'Make or rename a company',
    description:
      'A known id gets the new name. One that was deleted is made again, empty. 409 while it is being deleted.',
    tags: ['Companies'],
    body: companyBody,
    response: { 201: company },
  };
  api.post('/api/companies', { schema, config: { needs: 'change' } }, async ({ body }, reply) => {
    await companies.makeAgain(body.id);
    const doc = await companies.ensure(body);
    const labels = await labelsOf(deps, await connections.list({ company: body.id }));
    return reply.code(201).send(companyView(doc, [...labels.values()]));
  });
};
