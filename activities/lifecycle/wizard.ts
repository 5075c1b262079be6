import type { ConnectorDefinition } from '../../connectors/definition.ts';
import {
  type ConfigurationEvent,
  type ConfigurationStatus,
  configurationMachine,
  connectionMachine,
} from '../../domain/connection.ts';
import type { Actor } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { ConnectionChange } from '../../stores/connections.ts';
import type { ConnectionDoc, PrerequisiteMark } from '../../stores/model.ts';

/**
 * What each step of the wizard does to a connection (document 002). The procedures and `connect` in one call both come
 * here, so that a step has one meaning. Pure.
 */

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

const step = (from: ConfigurationStatus, event: ConfigurationEvent): ConfigurationStatus =>
  moved(configurationMachine.advance(from, event));

/** A connection that nobody has configured yet. Its resources are those that the definition enables. */
export function installed(
  definition: ConnectorDefinition,
  { id, company }: { readonly id: string; readonly company: string },
  at: Date,
): ConnectionDoc {
  return {
    _id: id,
    company,
    app: definition.id,
    generation: 1,
    status: moved(connectionMachine.advance(null, 'install')),
    configurationStatus: moved(configurationMachine.advance(null, 'install')),
    ownCode: null,
    ownCodeSince: null,
    authorized: false,
    account: null,
    pool: 'default',
    sink: id,
    timeZone: 'UTC',
    deduplication: definition.deduplication !== undefined,
    driftPolicy: 'propagate',
    parameters: {},
    webhookSecrets: [],
    resources: definition.resources.map((resource) => ({ id: resource.id, enabled: resource.enabled })),
    unattended: false,
    latestSession: 0,
    sealedSession: 0,
    seq: 0,
    createdAt: at,
    updatedAt: at,
  };
}

/** The mark of one prerequisite; the step is done with the last one, and a mark taken back takes no step back. */
export function markedPrerequisites(
  definition: ConnectorDefinition,
  { prerequisites = {}, configurationStatus }: ConnectionDoc,
  marks: Readonly<Record<string, PrerequisiteMark>>,
): ConnectionChange {
  const all = { ...prerequisites, ...marks };
  const complete = definition.prerequisites.every(({ id }) => all[id]?.done === true);
  return {
    prerequisites: all,
    ...(complete ? { configurationStatus: step(configurationStatus, 'completePrerequisites') } : {}),
  };
}

/** Every prerequisite of the definition, done. */
export const allDone = (definition: ConnectorDefinition, by: Actor, at: Date) =>
  Object.fromEntries(definition.prerequisites.map(({ id }) => [id, { done: true, by, at }]));

/** Prerequisites are optional (document 002): the step may be left with some of them not marked. */
export const prerequisitesCompleted = ({ configurationStatus }: ConnectionDoc): ConnectionChange => ({
  configurationStatus: step(configurationStatus, 'completePrerequisites'),
});

/** What the connector is configured with: pool, schedule, time zone and the like. */
export type ConnectorSettings = Pick<
  ConnectionChange,
  'pool' | 'timeZone' | 'deduplication' | 'driftPolicy' | 'schedule'
>;

export const configured = (
  { configurationStatus }: Pick<ConnectionDoc, 'configurationStatus'>,
  settings: ConnectorSettings,
): ConnectionChange => ({ ...settings, configurationStatus: step(configurationStatus, 'configure') });

/** Tested credentials were saved. */
export const connected = ({ configurationStatus }: ConnectionDoc, account: string): ConnectionChange => ({
  configurationStatus: step(configurationStatus, 'connect'),
  account,
  authorized: true,
  ownCode: null,
  ownCodeSince: null,
});

/**
 * STARTED / FINALIZED, with what was asked for; null where the tables refuse it: not CONNECTED, or no resource
 * enabled.
 */
export function finalized(
  { status, configurationStatus, resources }: ConnectionDoc,
  asked: Pick<ConnectionChange, 'resources' | 'properties'> = {},
): ConnectionChange | null {
  const facts = {
    configurationConnected: configurationStatus === 'CONNECTED',
    noResourceEnabled: !(asked.resources ?? resources).some(({ enabled }) => enabled),
  };
  const started = connectionMachine.advance(status, 'finalize', facts);
  const last = configurationMachine.advance(configurationStatus, 'finalize', facts);
  if (!started.ok || !last.ok) return null;
  return { ...asked, status: started.to, configurationStatus: last.to };
}

/** INSTALLED again: nobody is authorized, no step is done; the settings stay as the defaults of the next round. */
export const reset = ({ status, configurationStatus }: ConnectionDoc): ConnectionChange => ({
  status: moved(connectionMachine.advance(status, 'reset')),
  configurationStatus: step(configurationStatus, 'reset'),
  authorized: false,
  account: null,
  prerequisites: {},
});

/** The next generation: settings are kept as defaults, what came from the app and what opens it is not. */
export const connectedAgain = (
  { status, configurationStatus, generation, parameters }: ConnectionDoc,
  definition: ConnectorDefinition | undefined,
): ConnectionChange => ({
  status: moved(connectionMachine.advance(status, 'connectAgain')),
  configurationStatus: step(configurationStatus, 'connectAgain'),
  generation: generation + 1,
  ownCode: null,
  ownCodeSince: null,
  authorized: false,
  account: null,
  errorReason: null,
  failing: null,
  autoPaused: null,
  prerequisites: {},
  webhookSecrets: [],
  unattended: false,
  parameters: Object.fromEntries(
    Object.entries(parameters).filter(([name]) => !fromTheApp(definition, name)),
  ),
});

const fromTheApp = (definition: ConnectorDefinition | undefined, name: string): boolean =>
  definition?.auth.kind === 'oauth2' && definition.auth.callbackParameters.includes(name);
