import { seesCompany } from '../company-limit.ts';
import type { Route } from '../deps.ts';
import { companiesQuery, companyList } from '../schemas/companies.ts';
import { byWorst, companyView, labelsOf } from '../views/company.ts';

/** Every company with one line about its connections, the worst first. */
export const listCompanies: Route = (api, deps) => {
  const { stores } = deps;
  const schema = {
    summary: 'List the companies',
    description:
      'Each with one status line: its connections counted by their plain label. Those that need somebody come first. Deleted ones only with `deleted=true`.',
    tags: ['Companies'],
    querystring: companiesQuery,
    response: { 200: companyList },
  };
  api.get('/api/companies', { schema, config: { needs: 'view', withinCompanies: true } }, async (request) => {
    const { query } = request;
    const [companies, connections] = await Promise.all([stores.companies.list(), stores.connections.list()]);
    const labels = await labelsOf(deps, connections);
    const shown = companies.filter(
      ({ _id, deletion }) =>
        seesCompany(request, _id) && (query.deleted === 'true' || !(deletion?.endedAt instanceof Date)),
    );
    const labelsIn = (company: string) =>
      connections.filter((one) => one.company === company).flatMap(({ _id }) => labels.get(_id) ?? []);
    return { companies: shown.map((doc) => companyView(doc, labelsIn(doc._id))).sort(byWorst) };
  });
};
