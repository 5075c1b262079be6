import { everyResource } from '../../domain/checks.ts';
import type { JsonObject } from '../../domain/json.ts';
import { guardProcedure, type ProcedureAnswer } from '../../domain/procedures.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { RouteDeps } from '../api/deps.ts';
import { findDefinition, shownDefinition } from '../api/find.ts';
import { askedChange } from '../api/resource-change.ts';
import { configurationFault } from '../api/routes/update-connection-configuration.ts';
import { poolFault } from '../api/routes/update-connection-pool.ts';
import type { ConnectionSettings } from '../api/schemas/settings.ts';
import { inputFault, propertyFaults } from '../api/wizard.ts';
import { changedResources, finalResources } from './after.ts';
import type { PlannedCall } from './arguments.ts';
import { boundStatus } from './tokens.ts';

/** What the definition and the connection say against settings; null: nothing. */
export function settingsFault(
  deps: RouteDeps,
  { app, resources }: ConnectionDoc,
  { deduplication, checks = {} }: ConnectionSettings,
): ProcedureAnswer | null {
  const known = resources.map(({ id }) => id);
  const unknown = Object.keys(checks).filter((id) => id !== everyResource && !known.includes(id));
  if (unknown.length > 0)
    return inputFault(
      unknown.map((id) => ({
        path: `body.checks.${id}`,
        message: `is no resource of the connection; it has ${known.join(', ')}, and * is all of them`,
      })),
    );
  if (deduplication !== true || findDefinition(deps, app).deduplication !== undefined) return null;
  const message = `deduplication: the definition of ${app} says of no resource when two records are one.`;
  return { responseCode: 'INVALID_INPUT', message };
}

/** What the call itself would say before it does anything: the guard first, then what its input is checked for. */
export async function answerOf(
  deps: RouteDeps,
  connection: ConnectionDoc,
  call: PlannedCall,
): Promise<ProcedureAnswer> {
  const { configurationStatus } = connection;
  const guarded = guardProcedure(call.procedure, { status: boundStatus(connection), configurationStatus });
  // A repeated disconnect is no mistake: it says what is left to do.
  if (call.procedure === 'disconnect') return { responseCode: 'OK', message: 'disconnect is possible.' };
  if (guarded.responseCode !== 'OK') return guarded;
  return (await faultOf(deps, connection, call)) ?? guarded;
}

async function faultOf(
  deps: RouteDeps,
  connection: ConnectionDoc,
  call: PlannedCall,
): Promise<ProcedureAnswer | null> {
  if (call.procedure === 'updateSettings') return settingsFault(deps, connection, call.arguments);
  if (call.procedure === 'updatePool') return poolFault(deps, connection.pool, call.arguments.pool);
  if (call.procedure === 'updateConnectionConfiguration')
    return configurationFault(deps, connection, call.arguments);
  if (call.procedure === 'finalizeConfiguration') {
    const { faults } = finalResources(deps, connection, call.arguments);
    const properties = (call.arguments.properties ?? connection.properties ?? {}) as JsonObject;
    return inputFault([...faults, ...propertyFaults(findDefinition(deps, connection.app), properties)]);
  }
  if (call.procedure === 'updateResource') {
    const { faults } = askedChange(shownDefinition(deps, connection.app), call.arguments);
    if (faults.length > 0) return inputFault(faults);
    const after = changedResources(deps, connection, call.arguments);
    return 'fault' in after ? { responseCode: 'INVALID_INPUT', message: after.fault } : null;
  }
  return null;
}
