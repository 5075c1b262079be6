import { configurationFaults } from '../../activities/authorization/configuration-faults.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { Fault } from './problem.ts';
import type { CredentialsBody } from './schemas/connections.ts';

/**
 * What the definition says against credentials of the right kind, before they are stored: a configuration must fit its
 * JSON Schema. No message holds a value.
 * @param path Where they stand in the request, such as `body`.
 */
export const credentialFaults = (
  definition: ConnectorDefinition,
  credentials: CredentialsBody,
  path: string,
): readonly Fault[] =>
  credentials.kind === 'configuration'
    ? configurationFaults(definition, credentials.configuration).map((fault) => ({
        path: [path, 'configuration', ...(fault.path === '' ? [] : [fault.path])].join('.'),
        message: fault.message,
      }))
    : [];
