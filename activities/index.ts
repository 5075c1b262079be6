import { createPaces } from '../connectors/rest/paces.ts';
import { authorizeConnection } from './authorization/authorize.ts';
import { confirmAuthorized } from './authorization/confirm.ts';
import type {
  CompanyActivities,
  DisconnectActivities,
  HeavyActivities,
  LifecycleActivities,
  QuickActivities,
} from './contracts.ts';
import { deduplicate } from './deduplication/deduplicate.ts';
import { beating } from './disconnect/beating.ts';
import { endConnection, endDeletion, listConnections } from './disconnect/company.ts';
import { closeDoor, purgeConnection, revokeGrant } from './disconnect/disconnect.ts';
import { withFailures } from './failure.ts';
import { beginProcedure } from './lifecycle/begin.ts';
import { changeConfiguration } from './lifecycle/configuration.ts';
import { callConnector } from './lifecycle/connector.ts';
import { endProcedure } from './lifecycle/end.ts';
import { noteStep } from './lifecycle/fence.ts';
import { loadResource } from './loading/load-resource.ts';
import type { ActivityPorts } from './ports.ts';
import { runSubstage, skipSubstage } from './processing/run-substage.ts';
import { beginSession } from './session/begin.ts';
import { closeSession } from './session/close.ts';
import { claimInbox } from './session/inbox.ts';
import { writeStatus } from './session/status.ts';
import { structureResource } from './structuring/structure-resource.ts';

export type SessionActivities = QuickActivities &
  LifecycleActivities &
  DisconnectActivities &
  CompanyActivities;

/** Every activity, by the task queue that runs it: `session` the short ones, `pool` the long ones with heartbeat. */
export function createActivities(ports: ActivityPorts): {
  session: SessionActivities;
  pool: HeavyActivities;
} {
  const { stores } = ports;
  const loading = { ...ports, paces: createPaces() };
  return {
    session: withFailures<SessionActivities>({
      beginSession: (input) => beginSession(ports, input),
      writeStatus: (input) => writeStatus(ports, input),
      holdSession: async ({ sessionId, held, until }) => {
        await stores.sessions.setUntil(sessionId, until === undefined ? null : new Date(until));
        await stores.sessions.setHeld(sessionId, held ? 'CONNECTION_PAUSED' : null);
      },
      claimInbox: (input) => claimInbox(ports, input),
      authorizeConnection: (input) => authorizeConnection(ports, input),
      confirmAuthorized: (input) => confirmAuthorized(ports, input),
      skipSubstage: (input) => skipSubstage(ports, input),
      closeSession: (input) => closeSession(ports, input),
      beginProcedure: (input) => beating(() => beginProcedure(ports, input)),
      callConnector: (input) => beating(() => callConnector(ports, input)),
      changeConfiguration: (input) => beating(() => changeConfiguration(ports, input)),
      noteStep: (input) => noteStep(ports, input),
      endProcedure: (input) => endProcedure(ports, input),
      closeDoor: (input) => closeDoor(ports, input),
      revokeGrant: (input) => revokeGrant(ports, input),
      purgeConnection: (input) => purgeConnection(ports, input),
      listConnections: (input) => listConnections(ports, input),
      endConnection: (input) => endConnection(ports, input),
      endDeletion: (input) => endDeletion(ports, input),
    }),
    pool: {
      loadResource: (input) => loadResource(loading, input),
      structureResource: (input) => structureResource(ports, input),
      runSubstage: (input) => runSubstage(ports, input),
      deduplicate: (input) => deduplicate(ports, input),
    },
  };
}
