import type { Route } from '../deps.ts';
import { notFound } from '../problem.ts';
import { companyDetail, companyParams } from '../schemas/companies.ts';
import { companyView } from '../views/company.ts';
import { connectionView } from '../views/connection.ts';

/** One company with its connections. */
export const getCompany: Route = (api, deps) => {
  const { stores } = deps;
  const schema = {
    summary: 'Show a company',
    description: 'One company by its id, with its connections, ordered by id.',
    tags: ['Companies'],
    params: companyParams,
    response: { 200: companyDetail },
  };
  api.get('/api/companies/:id', { schema, config: { needs: 'view' } }, async ({ params }) => {
    const doc = await stores.companies.get(params.id);
    if (doc === null) throw notFound('company', params.id);
    const found = await stores.connections.list({ company: params.id });
    const connections = await Promise.all(found.map((one) => connectionView(deps, one)));
    const labels = connections.map(({ label }) => label);
    return { ...companyView(doc, labels), connections };
  });
};
