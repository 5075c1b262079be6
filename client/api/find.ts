import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { ConnectionDoc, SessionDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { notFound } from './problem.ts';

type Deps = Pick<RouteDeps, 'stores' | 'definitions'>;

/** @throws {TributaryError} NOT_FOUND */
export async function findConnection({ stores }: Deps, id: string): Promise<ConnectionDoc> {
  const doc = await stores.connections.get(id);
  if (doc === null) throw notFound('connection', id);
  return doc;
}

/** @throws {TributaryError} NOT_FOUND */
export async function findSession({ stores }: Deps, id: string): Promise<SessionDoc> {
  const doc = await stores.sessions.get(id);
  if (doc === null) throw notFound('session', id);
  return doc;
}

/** @throws {TributaryError} NOT_FOUND */
export function findDefinition({ definitions }: Deps, app: string): ConnectorDefinition {
  const definition = definitions().get(app);
  if (definition === undefined) throw notFound('app', app);
  return definition;
}

/** A definition for what is only shown; undefined while it cannot be read. */
export function shownDefinition({ definitions }: Deps, app: string): ConnectorDefinition | undefined {
  try {
    return definitions().get(app);
  } catch {
    return undefined;
  }
}

/**
 * Refuses a metric that the app's definition does not have; while that cannot be read, nothing is refused. Where an
 * earlier definition left results of it, they are shown instead.
 * @param metric Undefined: none is asked for.
 * @throws {TributaryError} NOT_FOUND, naming those that there are
 */
export function requireMetric(deps: Deps, app: string, metric: string | undefined): void {
  const metrics = shownDefinition(deps, app)?.metrics;
  if (metric === undefined || metrics === undefined || metrics.some(({ id }) => id === metric)) return;
  const known = metrics.map(({ id }) => id).join(', ');
  throw notFound('metric', metric, known === '' ? `in app ${app}, which has none` : `among ${known}`);
}

/** A resource of a connection, enabled or not. @throws {TributaryError} NOT_FOUND */
export async function findResource(
  deps: Deps,
  connectionId: string,
  resource: string,
): Promise<ConnectionDoc> {
  const connection = await findConnection(deps, connectionId);
  if (!connection.resources.some(({ id }) => id === resource))
    throw notFound('resource', resource, `in connection ${connectionId}`);
  return connection;
}

/** Name of a company for people; its id while it has none. */
export async function companyName({ stores }: Deps, id: string): Promise<string> {
  return (await stores.companies.get(id))?.name ?? id;
}

/** The newest session, open or closed. */
export async function latestSession({ stores }: Deps, connectionId: string): Promise<SessionDoc | null> {
  const [latest] = await stores.sessions.list({ connectionId, limit: 1 });
  return latest ?? null;
}
