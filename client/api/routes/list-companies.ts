import type { Route } from '../deps.ts';
import { companyList } from '../schemas/companies.ts';
import { companyView } from '../views/company.ts';

/** Every company, ordered by id. */
export const listCompanies: Route = (api, { stores }) => {
  const schema = {
    summary: 'List the companies',
    description: 'All of them, ordered by id.',
    tags: ['Companies'],
    response: { 200: companyList },
  };
  api.get('/api/companies', { schema }, async () => ({
    companies: (await stores.companies.list()).map(companyView),
  }));
};
