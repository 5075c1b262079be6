import type { FastifyRequest } from 'fastify';
import { TributaryError } from '../../domain/errors.ts';
import type { Stores } from '../../stores/open.ts';
import type { Api, RouteDeps } from './deps.ts';
import { notFound } from './problem.ts';

/** Finds the company that something belongs to; undefined: there is no such thing. */
interface Owned {
  readonly what: string;
  readonly param: string;
  readonly companyOf: (stores: Stores, id: string) => Promise<string | undefined>;
}

const connectionCompany = async (stores: Stores, id: string) => (await stores.connections.get(id))?.company;
const typeCompany = async (stores: Stores, id: string) => (await stores.reportTypes.get(id))?.company;

/** What stands below one thing, by the beginning of the address. */
const owned: Readonly<Record<string, Owned>> = {
  '/api/companies/:id': { what: 'company', param: 'id', companyOf: async (_stores, id) => id },
  '/api/connections/:id': { what: 'connection', param: 'id', companyOf: connectionCompany },
  '/api/sessions/:id': {
    ...{ what: 'session', param: 'id' },
    companyOf: async (stores, id) => (await stores.sessions.get(id))?.company,
  },
  '/api/syncs/:id': {
    ...{ what: 'sync', param: 'id' },
    companyOf: async (stores, id) => (await stores.syncs.get(id))?.company,
  },
  '/api/sync-runs/:id': {
    ...{ what: 'run', param: 'id' },
    companyOf: async (stores, id) => {
      const run = await stores.syncRuns.get(id);
      return run === null ? undefined : connectionCompany(stores, run.connectionId);
    },
  },
  '/api/report-types/:id': { what: 'report type', param: 'id', companyOf: typeCompany },
  '/api/reports/:type': { what: 'report type', param: 'type', companyOf: typeCompany },
  '/api/receipts/:connection': { what: 'connection', param: 'connection', companyOf: connectionCompany },
};

/** Whether the caller of a request may see what is of a company. */
export const seesCompany = ({ caller }: Pick<FastifyRequest, 'caller'>, company: string): boolean =>
  caller === null || caller.companies === null || caller.companies.includes(company);

/**
 * Keeps a caller that is limited to companies within them: of others there is nothing (404), and what reaches over all
 * companies is refused (403). Routes that are not known here are refused.
 */
export function keepWithinCompanies(api: Api, { stores }: Pick<RouteDeps, 'stores'>): void {
  api.addHook('preHandler', async (request) => {
    const companies = request.caller?.companies ?? null;
    if (companies === null || request.routeOptions.config.withinCompanies === true) return;
    const { url = '' } = request.routeOptions;
    const [, found] =
      Object.entries(owned).find(([start]) => url === start || url.startsWith(`${start}/`)) ?? [];
    if (found === undefined)
      throw new TributaryError(
        'FORBIDDEN',
        `${request.method} ${url} reaches over all companies; this token is limited to ${companies.join(', ')}.`,
        { role: request.caller?.role, companies },
      );
    const id = String((request.params as Readonly<Record<string, unknown>>)[found.param]);
    const company = await found.companyOf(stores, id);
    if (company === undefined || !companies.includes(company)) throw notFound(found.what, id);
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It shows nothing of companies, or by itself only of those that the caller sees ({@link seesCompany}). */
    readonly withinCompanies?: boolean;
  }
}
