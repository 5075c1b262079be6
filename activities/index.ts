import { createPaces } from '../connectors/rest/paces.ts';
import { authorizeConnection } from './authorization/authorize.ts';
import { confirmAuthorized } from './authorization/confirm.ts';
import type {
  CompanyActivities,
  DisconnectActivities,
  HeavyActivities,
  LifecycleActivities,
  QuickActivities,
  SyncActivities,
  SyncHeavyActivities,
  TickActivities,
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
import { validateSource } from './lifecycle/test-source.ts';
import { loadResource } from './loading/load-resource.ts';
import type { ActivityPorts } from './ports.ts';
import { runSubstage, skipSubstage } from './processing/run-substage.ts';
import { askReport, requestReport } from './reports/app.ts';
import { beginReport } from './reports/begin.ts';
import { collectReport, compareReport } from './reports/collect.ts';
import type { ReportActivities, ReportHeavyActivities } from './reports/contracts.ts';
import { deliverReport } from './reports/deliver.ts';
import { createReport, failReport } from './reports/end.ts';
import { applySchedules } from './schedules/apply.ts';
import { runTick } from './schedules/tick.ts';
import { beginSession } from './session/begin.ts';
import { closeSession } from './session/close.ts';
import { holdSession } from './session/hold.ts';
import { claimInbox } from './session/inbox.ts';
import { writeStatus } from './session/status.ts';
import { goOnInTurn } from './slots/slots.ts';
import { structureResource } from './structuring/structure-resource.ts';
import { beginSyncRun } from './sync/begin.ts';
import { deliverSync } from './sync/deliver.ts';
import { endSyncs, pauseSyncs, resumeSyncs, startSyncs } from './sync/open-runs.ts';
import { stageSync } from './sync/stage.ts';
import { tallySyncRun, writeSyncRun } from './sync/status.ts';
import { joinDestination, leaveDestination } from './sync/turns.ts';
import type { SyncBaseActivities } from './sync-base/contracts.ts';
import { createSyncBaseActivities } from './sync-base/pass.ts';

export type SessionActivities = QuickActivities &
  LifecycleActivities &
  DisconnectActivities &
  CompanyActivities &
  SyncActivities &
  ReportActivities &
  SyncBaseActivities &
  TickActivities;

/** Every activity, by the task queue that runs it: `session` the short ones, `pool` the long ones with heartbeat. */
export function createActivities(ports: ActivityPorts): {
  session: SessionActivities;
  pool: HeavyActivities & SyncHeavyActivities & ReportHeavyActivities;
} {
  const loading = { ...ports, paces: createPaces() };
  return {
    session: withFailures<SessionActivities>({
      beginSession: (input) => beginSession(ports, input),
      writeStatus: (input) => writeStatus(ports, input),
      takeTurn: ({ sessionId }) => goOnInTurn(ports, sessionId),
      holdSession: (input) => holdSession(ports, input),
      claimInbox: (input) => claimInbox(ports, input),
      authorizeConnection: (input) => authorizeConnection(ports, input),
      confirmAuthorized: (input) => confirmAuthorized(ports, input),
      skipSubstage: (input) => skipSubstage(ports, input),
      closeSession: (input) => closeSession(ports, input),
      beginProcedure: (input) => beating(() => beginProcedure(ports, input)),
      callConnector: (input) => beating(() => callConnector(ports, input)),
      changeConfiguration: (input) => beating(() => changeConfiguration(ports, input)),
      validateSource: (input) => beating(() => validateSource(ports, input)),
      noteStep: (input) => noteStep(ports, input),
      endProcedure: (input) => endProcedure(ports, input),
      applySchedules: (input) => beating(() => applySchedules(ports, input)),
      runTick: (input) => runTick(ports, input),
      closeDoor: (input) => closeDoor(ports, input),
      revokeGrant: (input) => revokeGrant(ports, input),
      purgeConnection: (input) => purgeConnection(ports, input),
      listConnections: (input) => listConnections(ports, input),
      endConnection: (input) => endConnection(ports, input),
      endDeletion: (input) => endDeletion(ports, input),
      beginSyncRun: (input) => beating(() => beginSyncRun(ports, input)),
      writeSyncRun: (input) => beating(() => writeSyncRun(ports, input)),
      tallySyncRun: (input) => beating(() => tallySyncRun(ports, input)),
      joinDestination: (input) => beating(() => joinDestination(ports, input)),
      leaveDestination: (input) => beating(() => leaveDestination(ports, input)),
      startSyncs: (input) => startSyncs(ports, input),
      pauseSyncs: (input) => beating(() => pauseSyncs(ports, input)),
      resumeSyncs: (input) => beating(() => resumeSyncs(ports, input)),
      endSyncs: (input) => endSyncs(ports, input),
      beginReport: (input) => beginReport(ports, input),
      createReport: (input) => createReport(ports, input),
      failReport: (input) => failReport(ports, input),
      ...createSyncBaseActivities(ports),
    }),
    pool: {
      loadResource: (input) => loadResource(loading, input),
      structureResource: (input) => structureResource(ports, input),
      runSubstage: (input) => runSubstage(ports, input),
      deduplicate: (input) => deduplicate(ports, input),
      stageSync: (input) => stageSync(ports, input),
      deliverSync: (input) => deliverSync(ports, input),
      requestReport: (input) => requestReport(loading, input),
      askReport: (input) => askReport(loading, input),
      collectReport: (input) => collectReport(loading, input),
      compareReport: (input) => compareReport(ports, input),
      deliverReport: (input) => deliverReport(ports, input),
    },
  };
}
