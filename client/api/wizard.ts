import { compileSchema } from '../../activities/schema.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ProcedureAnswer } from '../../domain/procedures.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { Fault } from './problem.ts';

/** What is wrong with the input of a procedure, as its answer; null: nothing. */
export const inputFault = (faults: readonly Fault[]): ProcedureAnswer | null =>
  faults.length === 0
    ? null
    : {
        responseCode: 'INVALID_INPUT',
        message: faults.map(({ path, message }) => `${path}: ${message}`).join('; '),
      };

/** What the definition's `finalization` says against the properties that were given. */
export function propertyFaults({ finalization, id }: ConnectorDefinition, properties: JsonObject): Fault[] {
  const path = 'body.properties';
  if (finalization === undefined)
    return Object.keys(properties).length === 0 ? [] : [{ path, message: `${id} asks for none` }];
  const validate = compileSchema(finalization);
  validate(properties);
  return (validate.errors ?? []).map(({ instancePath, message = 'is not valid' }) => ({
    path: `${path}${instancePath.replaceAll('/', '.')}`,
    message,
  }));
}

/** The prerequisites of the app, each with its mark. */
export const prerequisitesOf = (
  definition: ConnectorDefinition | undefined,
  { prerequisites: marks = {} }: ConnectionDoc,
) =>
  (definition?.prerequisites ?? []).map(({ id, text, url }) => ({
    ...{ id, text, url: url ?? null },
    done: marks[id]?.done === true,
    by: marks[id]?.by ?? null,
    at: marks[id]?.at.toISOString() ?? null,
  }));
