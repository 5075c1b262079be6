import { TributaryError } from '../domain/errors.ts';
import type { ConnectorDefinition, Incremental, ResourceDefinition } from './schema.ts';

/** A resource that is asked for over HTTP. */
export type RestResource = ResourceDefinition & {
  readonly path: string;
  readonly recordsPath: string;
  readonly incremental?: (Incremental & { readonly param: string }) | undefined;
};

/** A definition of kind rest: what only this kind has is there. */
export type RestDefinition = Omit<ConnectorDefinition, 'identity' | 'resources'> & {
  readonly kind: 'rest';
  readonly identity: NonNullable<ConnectorDefinition['identity']> & { readonly path: string };
  resources: RestResource[];
};

const isRest = (definition: ConnectorDefinition | RestDefinition): definition is RestDefinition =>
  definition.kind === 'rest' &&
  definition.identity?.path !== undefined &&
  definition.resources.every(
    ({ path, recordsPath, incremental }) =>
      path !== undefined &&
      recordsPath !== undefined &&
      (incremental === undefined || incremental.param !== undefined),
  );

/**
 * Narrows a definition to the kind rest.
 * @throws TributaryError DEFINITION_INVALID for another kind; what the definition lacks is told when it is read.
 */
export function restOf(definition: ConnectorDefinition): RestDefinition {
  if (isRest(definition)) return definition;
  throw new TributaryError('DEFINITION_INVALID', `${definition.id} is no app that is asked over HTTP.`);
}
