import type { Route } from '../deps.ts';
import { company, companyBody } from '../schemas/companies.ts';
import { companyView } from '../views/company.ts';

/** Makes a company, or gives it another name. */
export const createCompany: Route = (api, { stores }) => {
  const schema = {
    summary: 'Make or rename a company',
    description: 'A known id gets the new name.',
    tags: ['Companies'],
    body: companyBody,
    response: { 201: company },
  };
  api.post('/api/companies', { schema }, async ({ body }, reply) =>
    reply.code(201).send(companyView(await stores.companies.ensure(body))),
  );
};
