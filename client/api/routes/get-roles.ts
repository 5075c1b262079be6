import { TributaryError } from '../../../domain/errors.ts';
import { type Capability, capabilities, roleNames, roles } from '../../../domain/roles.ts';
import type { Route } from '../deps.ts';
import { roleTable } from '../schemas/tokens.ts';

const table = {
  roles: roleNames.map((role) => ({ role, who: roles[role].who, may: [...roles[role].may] })),
  capabilities: (Object.keys(capabilities) as Capability[]).map((capability) => ({
    capability,
    means: capabilities[capability],
  })),
};

/** What each role may do, and which one the caller has. */
export const getRoles: Route = (api) => {
  const schema = {
    summary: 'Show the roles',
    description: 'What each role may do, and which one your token has.',
    tags: ['Roles'],
    response: { 200: roleTable },
  };
  api.get('/api/roles', { schema, config: { needs: 'view', withinCompanies: true } }, async ({ caller }) => {
    if (caller === null) throw new TributaryError('UNAUTHENTICATED');
    const { token, role, companies } = caller;
    return { yours: { token, role, companies: companies === null ? null : [...companies] }, ...table };
  });
};
