import type { z } from 'zod';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { configurationMachine, connectionMachine } from '../../domain/connection.ts';
import { slugPattern } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { invalid } from './problem.ts';
import type { connectBody } from './schemas/connections.ts';

/** Takes a machine's yes. @throws {TributaryError} ILLEGAL_MOVE for its no */
function moved<S>(
  move:
    | { readonly ok: true; readonly to: S }
    | { readonly ok: false; readonly from: unknown; readonly event: string },
): S {
  if (move.ok) return move.to;
  throw new TributaryError('ILLEGAL_MOVE', `${move.event} is not possible in ${move.from}.`, {
    current: move.from,
  });
}

/**
 * The document of a new connection: installed and configured, as the wizard's steps would leave it.
 * @throws {TributaryError} INVALID_INPUT when the id is too long, or a resource unknown
 */
export function connectionDoc(
  definition: ConnectorDefinition,
  body: z.output<typeof connectBody>,
  at: Date,
): ConnectionDoc {
  const id = body.id ?? `${body.app}-${body.company.id}`;
  if (!slugPattern.test(id))
    throw invalid({ path: 'body.id', message: `"${id}" is too long; name a shorter one` });
  const unknown = (body.resources ?? []).flatMap((name, index) =>
    definition.resources.some((resource) => resource.id === name)
      ? []
      : [{ path: `body.resources.${index}`, message: `${definition.id} has no resource "${name}"` }],
  );
  if (unknown.length > 0) throw invalid(...unknown);
  const resources = definition.resources.map((resource) => ({
    id: resource.id,
    enabled: body.resources?.includes(resource.id) ?? resource.enabled,
  }));
  if (!resources.some(({ enabled }) => enabled))
    throw invalid({ path: 'body.resources', message: 'names no resource: there would be nothing to load' });
  const installed = moved(configurationMachine.advance(null, 'install'));
  return {
    _id: id,
    company: body.company.id,
    app: body.app,
    generation: 1,
    status: moved(connectionMachine.advance(null, 'install')),
    configurationStatus: moved(configurationMachine.advance(installed, 'configure')),
    ownCode: null,
    ownCodeSince: null,
    authorized: false,
    account: null,
    pool: body.pool,
    sink: id,
    timeZone: body.timeZone,
    deduplication: definition.deduplication !== undefined,
    driftPolicy: 'propagate',
    parameters: {},
    webhookSecrets: [],
    resources,
    unattended: body.unattended,
    latestSession: 0,
    sealedSession: 0,
    seq: 0,
    createdAt: at,
    updatedAt: at,
  };
}

/**
 * Stores a new connection; one that was disconnected becomes its next generation, with the settings of this call.
 * @throws {TributaryError} CONNECTION_EXISTS; ILLEGAL_MOVE while its disconnect still runs
 */
export async function connectAgainOrCreate(
  { stores }: RouteDeps,
  fresh: ConnectionDoc,
): Promise<ConnectionDoc> {
  const { _id: id, company, app } = fresh;
  const before = await stores.connections.get(id);
  if (before?.status !== 'DISCONNECTED' || before.company !== company || before.app !== app)
    return stores.connections.create(fresh);
  if ((await stores.receipts.get(`${id}/${before.generation}`)) === null)
    throw new TributaryError('ILLEGAL_MOVE', `Connection ${id} is still being disconnected.`, {
      current: before.status,
      allowed: [],
    });
  return stores.connections.change(id, (doc) => {
    const installed = moved(configurationMachine.advance(doc.configurationStatus, 'connectAgain'));
    const { pool, timeZone, deduplication, resources, unattended } = fresh;
    return {
      status: moved(connectionMachine.advance(doc.status, 'connectAgain')),
      configurationStatus: moved(configurationMachine.advance(installed, 'configure')),
      generation: before.generation + 1,
      ownCode: null,
      ownCodeSince: null,
      authorized: false,
      account: null,
      ...{ pool, timeZone, deduplication, resources, unattended },
    };
  });
}
