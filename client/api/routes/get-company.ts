import type { Route } from '../deps.ts';
import { notFound } from '../problem.ts';
import { company, companyParams } from '../schemas/companies.ts';
import { companyView } from '../views/company.ts';

/** One company. */
export const getCompany: Route = (api, { stores }) => {
  const schema = {
    summary: 'Show a company',
    description: 'One company by its id.',
    tags: ['Companies'],
    params: companyParams,
    response: { 200: company },
  };
  api.get('/api/companies/:id', { schema }, async ({ params }) => {
    const doc = await stores.companies.get(params.id);
    if (doc === null) throw notFound('company', params.id);
    return companyView(doc);
  });
};
