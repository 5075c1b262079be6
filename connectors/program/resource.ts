import { TributaryError } from '../../domain/errors.ts';
import type { ConnectorDefinition, ResourceDefinition } from '../schema.ts';

/** The resource that a read asks for. @throws {TributaryError} SOURCE_RESOURCE_NOT_FOUND */
export function resourceToRead({ resources }: ConnectorDefinition, id: string): ResourceDefinition {
  const resource = resources.find((one) => one.id === id);
  if (resource === undefined)
    throw new TributaryError('SOURCE_RESOURCE_NOT_FOUND', `There is no resource "${id}".`);
  return resource;
}
