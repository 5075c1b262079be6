import type { Actor } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import { requireLiving } from '../../stores/companies.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { shownDefinition } from './find.ts';
import { mayMerge } from './merges.ts';
import { notFound } from './problem.ts';
import type { CompanyChanged } from './schemas/companies.ts';
import { companyView, labelsOf } from './views/company.ts';

/**
 * Switches the comparison of a company's connections with each other, notes who did, and asks for the sessions that act
 * on it. Switched to what it is already, it asks for them again.
 * @throws {TributaryError} NOT_FOUND, COMPANY_DELETED
 */
export async function compareConnections(
  deps: RouteDeps,
  id: string,
  is: boolean,
  by: Actor,
): Promise<CompanyChanged> {
  const { companies, connections, logs } = deps.stores;
  const before = await companies.get(id);
  if (before === null) throw notFound('company', id);
  requireLiving(before);
  const was = before.deduplicateAcrossConnections === true;
  const doc = await companies.compareConnections(id, is);
  if (was !== is) {
    const text = `${by.id} switched deduplication across the connections of ${id} ${is ? 'on' : 'off'}.`;
    const change = {
      before: { deduplicateAcrossConnections: was },
      after: { deduplicateAcrossConnections: is },
    };
    await logs.add({ at: deps.now(), by, subject: `company/${id}`, text, ...change });
  }
  const found = await connections.list({ company: id });
  const asked: string[] = [];
  for (const connection of found) if (await askFor(deps, connection, by)) asked.push(connection._id);
  const labels = await labelsOf(deps, found);
  return { ...companyView(doc, [...labels.values()]), asked };
}

/** @returns whether a session was asked for */
async function askFor(deps: RouteDeps, connection: ConnectionDoc, by: Actor): Promise<boolean> {
  const rules = shownDefinition(deps, connection.app)?.deduplication ?? [];
  const resources = rules
    .map(({ resource }) => resource)
    .filter((resource) => mayMerge(connection, resource));
  if (!connection.deduplication) return false;
  for (const resource of resources) {
    const scope = { resources: [resource], replay: { resource, ids: [] } };
    try {
      await deps.sessions.requestSession(connection, { by, scope });
    } catch (error) {
      if (!(error instanceof TributaryError)) throw error;
      deps.log.warn({ connectionId: connection._id, code: error.code }, 'no session could be started');
      return false;
    }
  }
  return resources.length > 0;
}
