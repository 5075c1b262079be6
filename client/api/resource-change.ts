import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ResourceChange, resourcesAfter } from '../../activities/lifecycle/resource.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ProcedureAnswer } from '../../domain/procedures.ts';
import type { ResourceSettingInput } from '../../stores/model.ts';
import { actorOf } from './caller.ts';
import type { RouteDeps } from './deps.ts';
import { findConnection, shownDefinition } from './find.ts';
import type { Fault } from './problem.ts';
import { answerProcedure } from './procedure.ts';
import { resourceSettings } from './resource-settings.ts';

/** What a caller gives of one resource: the form was checked at the edge. */
export interface AskedResource {
  readonly resource: string;
  readonly enabled?: boolean | undefined;
  readonly historyStart?: string | null | undefined;
  readonly fields?: object | null | undefined;
}

/** The change that is asked for, and what the definition says against it. An unknown resource is the procedure's to refuse. */
export function askedChange(
  definition: ConnectorDefinition | undefined,
  { resource, enabled, historyStart, fields }: AskedResource,
): { readonly change: ResourceChange; readonly faults: readonly Fault[] } {
  const asked = {
    id: resource,
    ...(historyStart == null ? {} : { historyStart }),
    ...(fields == null ? {} : { fields }),
  } as Exclude<ResourceSettingInput, string>;
  const isKnown = definition?.resources.some(({ id }) => id === resource) === true;
  const made = isKnown ? resourceSettings(definition, { resources: [asked] }) : undefined;
  const begin = made?.settings.find(({ id }) => id === resource)?.historyStart;
  const change: ResourceChange = {
    resource,
    ...(enabled === undefined ? {} : { enabled }),
    ...(historyStart === undefined ? {} : { historyStart: begin ?? null }),
    ...(fields === undefined ? {} : { fields: asked.fields ?? null }),
  };
  const faults = (made?.faults ?? []).map(({ path, message }) => ({
    path: path.replace('body.resources.0', 'body'),
    message,
  }));
  return { change, faults };
}

/** What a route asks of the procedure `updateResource`. */
export interface AskedChange {
  readonly id: string;
  readonly change: ResourceChange;
  readonly note: string | undefined;
}

/** Runs `updateResource` of a connection and answers with its end. What does not fit is refused before it begins. */
export async function answerResourceChange(
  deps: RouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { id, change, note }: AskedChange,
) {
  const connection = await findConnection(deps, id);
  const known = shownDefinition(deps, connection.app)?.resources.map((one) => one.id) ?? [];
  const validate = async (): Promise<ProcedureAnswer | null> => {
    const after = resourcesAfter(connection, known, change);
    return 'fault' in after ? { responseCode: 'INVALID_INPUT', message: after.fault } : null;
  };
  return answerProcedure(deps, reply, id, {
    ...{ name: 'updateResource' as const, by: actorOf(request), note, validate },
    // As it is stored: without what was left out.
    arguments: JSON.parse(JSON.stringify(change)) as JsonObject,
  });
}
