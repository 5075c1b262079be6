import { linkIdOf } from '../../activities/connect-link.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { ConnectionDoc, ConnectLinkDoc } from '../../stores/model.ts';
import { connectAgainOrCreate, connectionDoc } from './connect.ts';
import type { RouteDeps } from './deps.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { parameterFaults, parameterFields } from './parameters.ts';
import { invalid } from './problem.ts';

/** How a link stands. `ended`: its connection was disconnected since, so that it leads nowhere any more. */
export type LinkState = 'forged' | 'ended' | 'expired' | 'used' | 'open';

/** A link that somebody opened. */
export type FoundLink =
  | { readonly state: 'forged' | 'ended' }
  | {
      readonly state: 'expired' | 'used' | 'open';
      readonly link: ConnectLinkDoc;
      /** Null while nobody has used it and the connection is not there yet. */
      readonly connection: ConnectionDoc | null;
      /** What became of the last answer given by it. */
      readonly outcome: Outcome;
    };

/** A link that can be answered. */
export type OpenLink = Extract<FoundLink, { readonly link: unknown }>;

/** Finds the link of an address and says what it is still good for. Changes nothing. */
export async function findLink(deps: RouteDeps, token: string): Promise<FoundLink> {
  const id = linkIdOf(deps.secrets, token);
  if (id === undefined) return { state: 'forged' };
  const link = await deps.stores.connectLinks.get(id);
  if (link === null) return { state: 'ended' };
  const connection = await deps.stores.connections.get(link.connectionId);
  if (!leadsTo(link, connection)) return { state: 'ended' };
  const outcome = await outcomeOf(deps, link.sessionId, link.answer);
  if (outcome.kind === 'connected') return { state: 'used', link, connection, outcome };
  return { state: link.expiresAt <= deps.now() ? 'expired' : 'open', link, connection, outcome };
}

/**
 * Only to the generation that it was made for: a link from before a disconnect brings nothing back. And only to its own
 * company and app: the id may have been given to another connection before anybody used the link.
 */
function leadsTo({ generation, company, app }: ConnectLinkDoc, connection: ConnectionDoc | null): boolean {
  if (connection === null) return generation === 1;
  if (connection.company !== company.id || connection.app !== app) return false;
  return connection.status === 'DISCONNECTED' || connection.ownCode === 26
    ? connection.generation + 1 === generation
    : connection.generation === generation;
}

/** The generation that a link made now is for. @throws {TributaryError} CONNECTION_EXISTS, ILLEGAL_MOVE */
export async function generationFor(
  { stores }: RouteDeps,
  { company, app }: Pick<ConnectionDoc, 'company' | 'app'>,
  before: ConnectionDoc | null,
): Promise<number> {
  if (before === null) return 1;
  const { _id: id, generation, status, ownCode } = before;
  if (before.company !== company || before.app !== app)
    throw new TributaryError('CONNECTION_EXISTS', `There is a connection "${id}" of another company or app.`);
  if (status !== 'DISCONNECTED' && ownCode !== 26) return generation;
  if ((await stores.receipts.get(`${id}/${generation}`)) === null)
    throw new TributaryError('ILLEGAL_MOVE', `Connection ${id} is still being disconnected.`, {
      current: status,
      allowed: [],
    });
  return generation + 1;
}

/** The parameters that the page asks for: those that neither link nor connection has. */
export function askedParameters(
  definition: ConnectorDefinition,
  link: ConnectLinkDoc,
  connection: ConnectionDoc | null,
) {
  const known = { ...link.settings.parameters, ...connection?.parameters };
  return parameterFields(definition).filter(({ name }) => known[name] === undefined || known[name] === '');
}

/**
 * The connection of a link: made, made again after a disconnect, or the one that is there, with the parameters that
 * the person gave.
 * @throws {TributaryError} INVALID_INPUT naming the parameters that are wrong or missing; what `connect` throws
 */
export async function connectionOfLink(
  deps: RouteDeps,
  definition: ConnectorDefinition,
  { link, connection }: { readonly link: ConnectLinkDoc; readonly connection: ConnectionDoc | null },
  given: Readonly<Record<string, string>>,
): Promise<ConnectionDoc> {
  const parameters = { ...link.settings.parameters, ...connection?.parameters, ...given };
  const own = Object.fromEntries(
    parameterFields(definition).flatMap(({ name }) =>
      parameters[name] === undefined ? [] : [[name, parameters[name]]],
    ),
  );
  const faults = parameterFaults(definition, own, { path: 'parameters' });
  if (faults.length > 0) throw invalid(...faults);
  if (connection !== null && connection.status !== 'DISCONNECTED')
    return Object.keys(given).length === 0
      ? connection
      : deps.stores.connections.change(connection._id, (now) =>
          now.generation === link.generation ? { parameters: { ...now.parameters, ...given } } : null,
        );
  const { company, app, settings } = link;
  if ((await deps.stores.companies.get(company.id)) === null) await deps.stores.companies.ensure(company);
  const request = { company, app, id: link.connectionId, settings: { ...settings, parameters: own } };
  try {
    return await connectAgainOrCreate(deps, connectionDoc(definition, request, deps.now()));
  } catch (error) {
    // A second click was first.
    const made = await deps.stores.connections.get(link.connectionId);
    const exists = error instanceof TributaryError && error.code === 'CONNECTION_EXISTS';
    if (exists && made !== null && leadsTo(link, made)) return made;
    throw error;
  }
}
