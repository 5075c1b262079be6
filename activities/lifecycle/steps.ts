import type { RunningProcedure } from '../../domain/lifecycle.ts';
import type { ProcedureAnswer } from '../../domain/procedures.ts';
import type { ConnectionChange } from '../../stores/connections.ts';
import type { ConnectionDoc, ProcedureDoc } from '../../stores/model.ts';
import type { ActivityPorts } from '../ports.ts';
import {
  allDone,
  type ConnectorSettings,
  configured,
  connectedAgain,
  finalized,
  markedPrerequisites,
  prerequisitesCompleted,
} from './wizard.ts';

type Step = (
  ports: ActivityPorts,
  procedure: ProcedureDoc,
) => (connection: ConnectionDoc) => ConnectionChange | ProcedureAnswer | null;

export const isAnswer = (made: ConnectionChange | ProcedureAnswer | null): made is ProcedureAnswer =>
  made !== null && 'responseCode' in made;

/** The steps of the wizard that are one write. The form of their arguments was checked at the edge. */
export const steps: Readonly<Partial<Record<RunningProcedure, Step>>> = {
  updatePrerequisite:
    (ports, { arguments: given, by, startedAt: at }) =>
    (connection) => {
      const definition = ports.definition(connection.app);
      const id = String(given.id);
      if (!definition.prerequisites.some((one) => one.id === id))
        return prerequisiteUnknown(id, connection.app);
      return markedPrerequisites(definition, connection, { [id]: { done: given.done !== false, by, at } });
    },
  markAllPrerequisitesDone:
    (ports, { by, startedAt }) =>
    (connection) => {
      const definition = ports.definition(connection.app);
      return markedPrerequisites(definition, connection, allDone(definition, by, startedAt));
    },
  completePrerequisitesStep: () => prerequisitesCompleted,
  configureConnector:
    (_ports, { arguments: given }) =>
    (connection) =>
      configured(connection, given as unknown as ConnectorSettings),
  finalizeConfiguration:
    (_ports, { arguments: given }) =>
    (connection) => {
      // Asked again after it was written.
      if (connection.configurationStatus === 'FINALIZED') return null;
      const { resources, properties } = given as unknown as Pick<
        ConnectionChange,
        'resources' | 'properties'
      >;
      const asked = {
        ...(resources === undefined ? {} : { resources }),
        ...(properties === undefined ? {} : { properties }),
      };
      const change = finalized(connection, asked);
      // The app took the grant a moment ago.
      return change === null
        ? {
            responseCode: 'INVALID_INPUT',
            message: 'No resource is enabled: there would be nothing to load.',
          }
        : { ...change, authorized: true, ownCode: null, ownCodeSince: null };
    },
  connectAgain:
    (ports, { generation }) =>
    (connection) =>
      connection.generation === generation
        ? null
        : connectedAgain(connection, ports.definition(connection.app)),
};

export const prerequisiteUnknown = (id: string, app: string): ProcedureAnswer => ({
  responseCode: 'PREREQUISITE_NOT_FOUND',
  message: `${app} has no prerequisite "${id}".`,
});
