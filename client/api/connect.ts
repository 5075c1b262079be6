import type { z } from 'zod';
import { configured, connectedAgain, installed } from '../../activities/lifecycle/wizard.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { slugPattern } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { ConnectionDoc, ConnectSettings, ResourceSettingInput } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { inLivingCompany } from './living-company.ts';
import { parameterFaults, parameterFields } from './parameters.ts';
import { invalid } from './problem.ts';
import { resourceSettings } from './resource-settings.ts';
import type { connectBody } from './schemas/connections.ts';

/** What is asked for: whose data of which app, under which id, with which settings. */
export interface ConnectRequest {
  readonly company: { readonly id: string };
  readonly app: string;
  readonly id?: string | undefined;
  readonly settings: ConnectSettings;
}

/** The settings of a request; what it does not say is left out. */
export const settingsIn = ({
  resources,
  historyStart,
  ...rest
}: Omit<z.output<typeof connectBody>, 'company' | 'app' | 'id'>): ConnectSettings => ({
  ...rest,
  ...(resources === undefined ? {} : { resources: resources as readonly ResourceSettingInput[] }),
  ...(historyStart === undefined ? {} : { historyStart }),
});

/** The id of a connection: the one that was asked for, or made of app and company. @throws {TributaryError} INVALID_INPUT */
export function connectionIdOf({ id: asked, app, company }: Omit<ConnectRequest, 'settings'>): string {
  const id = asked ?? `${app}-${company.id}`;
  if (!slugPattern.test(id))
    throw invalid({ path: 'body.id', message: `"${id}" is too long; name a shorter one` });
  return id;
}

/**
 * The document of a new connection: installed and configured, as the wizard's steps would leave it.
 * @param partial Parameters that are missing are asked for later.
 * @throws {TributaryError} INVALID_INPUT naming every fault: the id, resources and their fields, parameters
 */
export function connectionDoc(
  definition: ConnectorDefinition,
  request: ConnectRequest,
  at: Date,
  { partial = false }: { readonly partial?: boolean } = {},
): ConnectionDoc {
  const { company, settings } = request;
  const id = connectionIdOf(request);
  const { parameters, driftPolicy, pool, timeZone, unattended } = settings;
  const { settings: resources, faults } = resourceSettings(definition, settings);
  const all = [...faults, ...parameterFaults(definition, parameters, { partial })];
  if (all.length > 0) throw invalid(...all);
  const base = installed(definition, { id, company: company.id }, at);
  return {
    ...base,
    ...configured(base, { pool, timeZone, driftPolicy }),
    ...{ parameters, resources, unattended },
  };
}

/**
 * Stores a new connection; one that was disconnected becomes its next generation, with the settings of this call.
 * @throws {TributaryError} CONNECTION_EXISTS; ILLEGAL_MOVE while its disconnect still runs; COMPANY_DELETED
 */
export const connectAgainOrCreate = (deps: RouteDeps, fresh: ConnectionDoc): Promise<ConnectionDoc> =>
  inLivingCompany(deps, fresh.company, () => storeConnection(deps, fresh));

async function storeConnection({ stores }: RouteDeps, fresh: ConnectionDoc): Promise<ConnectionDoc> {
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
    const { pool, timeZone, deduplication, driftPolicy, parameters, resources, unattended } = fresh;
    const again = connectedAgain(doc, undefined);
    return {
      ...again,
      ...configured({ configurationStatus: 'INSTALLED' }, { pool, timeZone, deduplication, driftPolicy }),
      ...{ parameters, resources, unattended },
    };
  });
}

/** Parameters that an earlier generation had are the defaults of the next one; what came from the app is not. */
export function withParametersBefore(
  definition: ConnectorDefinition,
  before: ConnectionDoc | null,
  settings: ConnectSettings,
): ConnectSettings {
  if (before?.status !== 'DISCONNECTED') return settings;
  const names = parameterFields(definition).map(({ name }) => name);
  const kept = Object.entries(before.parameters).filter(([name]) => names.includes(name));
  return { ...settings, parameters: { ...Object.fromEntries(kept), ...settings.parameters } };
}
