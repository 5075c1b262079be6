import { createDeliveryPorts } from '../../activities/sync/delivery-ports.ts';
import { defaultSyncDurations } from '../../domain/sync-contracts.ts';
import { createSecretBox, loadOrCreateKeys } from '../../platform/crypto.ts';
import { createEgress } from '../../platform/egress.ts';
import { createLog } from '../../platform/log.ts';
import { parseSettings } from '../../platform/settings.ts';
import { openStores } from '../../stores/open.ts';
import { publicUrl, requireApiSettings } from '../../workers/addresses.ts';
import { openDefinitions } from '../../workers/definitions.ts';
import { engineLink } from '../alerts/link.ts';
import { alertChannels } from '../alerts/open.ts';
import { createReportRetry } from '../alerts/retry.ts';
import { createAlertSender } from '../alerts/sender.ts';
import { createAlertWatch } from '../alerts/watch.ts';
import { createApi } from '../api/create-api.ts';
import { findDefinition } from '../api/find.ts';
import { createAutoPause } from '../auto-pause.ts';
import { createAutomationApply, createAutomationSweep } from '../automation-sweep.ts';
import { createAutomationsPort } from '../automations.ts';
import { createDispatcher } from '../dispatcher.ts';
import { connectEngine, createSessionsPort, createSyncsPort } from '../engine.ts';
import { createGrantWarnings } from '../grant-warnings.ts';
import { createOutboundSender } from '../outbound/sender.ts';
import { createOverviewHeartbeat } from '../overview-heartbeat.ts';
import { createQuarantineExpiry } from '../quarantine-expiry.ts';
import { createRawTidy } from '../raw-tidy.ts';
import { createReportSweep } from '../report-sweep.ts';
import { createReportsPort } from '../reports-port.ts';
import { createScheduleSweep } from '../schedule-sweep.ts';
import { createSlotKeeper } from '../slots.ts';
import { createSyncBaseSchedules, createSyncBaseSweep } from '../sync-base-schedules.ts';
import { createSyncReminders } from '../sync-reminders.ts';
import { createSyncSchedules } from '../sync-schedules.ts';
import { createSyncTidy } from '../sync-tidy.ts';

/**
 * The API process: HTTP API and dispatcher, until SIGTERM or SIGINT.
 * @throws {TributaryError} SETTINGS_INVALID, STORE_UNAVAILABLE, STORE_NEWER, DEFINITION_INVALID
 */
export async function runApi(): Promise<void> {
  const settings = parseSettings();
  const log = createLog({ name: 'api', level: settings.logLevel });
  const { token, ...addresses } = requireApiSettings(settings);
  const definitions = openDefinitions();
  const { namespace } = settings.temporal;
  const client = connectEngine({ address: addresses.temporal, namespace, codecKeys: settings.codecKeys });
  const [keys, stores] = await Promise.all([
    settings.secretsKeys.length > 0 ? settings.secretsKeys : loadOrCreateKeys(settings.dataFolder),
    openStores({ uri: addresses.mongodb, database: settings.mongodb.database, log }),
  ]);
  const sessions = createSessionsPort(client, {
    stores,
    taskQueue: settings.taskQueue,
    durations: settings.durations,
    workflowTaskTimeoutMs: settings.workflowTaskTimeoutSecs * 1000,
  });
  const slots = createSlotKeeper({ client, stores, caps: settings.sessionCaps, log });
  const { statisticsDays } = settings;
  const dispatcher = createDispatcher({ stores, sessions, slots, log, statisticsDays });
  let url = publicUrl(settings);
  const secrets = createSecretBox(keys);
  const egress = createEgress({ allow: settings.egressAllow });
  const { taskQueue, syncReminderDays } = settings;
  const syncs = createSyncsPort(client, {
    stores,
    taskQueue,
    durations: { ...defaultSyncDurations, heartbeatMs: settings.durations.heartbeatMs },
    workflowTaskTimeoutMs: settings.workflowTaskTimeoutSecs * 1000,
  });
  const catchupWindowMs = settings.catchupWindowSecs * 1000;
  const schedules = createSyncSchedules(client, { stores, taskQueue, catchupWindowMs });
  const syncBaseSchedules = createSyncBaseSchedules(client, { stores, taskQueue });
  const automations = createAutomationsPort(client, { stores, taskQueue });
  const reports = createReportsPort(client, { stores, taskQueue, durations: settings.reportDurations });
  const sender = createAlertSender({
    ...{ stores, log, holdDownMs: settings.alerts.holdDownMs },
    channels: alertChannels(settings.alerts, { egress, log }),
    link: (incident) =>
      settings.alerts.engineUi === null ? null : engineLink(settings.alerts.engineUi, namespace, incident),
  });
  const { slackSigningSecret } = settings.alerts;
  const api = createApi({
    alerts: {
      ...{ kick: sender.kick, channels: sender.channels, slackSigningSecret },
      onRetry: createReportRetry(reports),
    },
    syncs,
    automations,
    reports,
    syncBase: settings.syncBase,
    syncBaseSchedules,
    syncSchedules: schedules,
    delivery: createDeliveryPorts({ egress, stores, allow: settings.destinations }),
    syncReminderDays,
    stores,
    sessions,
    dispatcher,
    definitions: definitions.current,
    secrets,
    egress,
    sources: settings.sources,
    token,
    log,
    publicUrl: () => url,
    planMs: settings.planMs,
    rawBatchDays: settings.rawBatchDays,
    quarantineDays: settings.quarantineDays,
    quarantineWarningDays: settings.quarantineWarningDays,
    autoPause: settings.autoPause,
  });

  const { host, port, publicUrl: given } = settings.api;
  const listening = await api.listen({ host, port });
  if (given === undefined && port === 0) url = listening;
  dispatcher.start();
  const jobs = [
    createGrantWarnings({ stores, log, warningDays: settings.grantWarningDays }),
    createAutoPause({ stores, sessions, log, bounds: settings.autoPause }),
    createRawTidy({ stores, log, days: settings.rawBatchDays }),
    createQuarantineExpiry({
      ...{ stores, secrets, log, days: settings.quarantineDays },
      warningDays: settings.quarantineWarningDays,
      definition: (app) => findDefinition({ stores, definitions: definitions.current }, app),
    }),
    createSyncReminders({ stores, log, days: syncReminderDays }),
    createSyncTidy({ stores, syncs, log }),
    sender,
    createAlertWatch({ stores, log, warningDays: settings.grantWarningDays }),
    createScheduleSweep({ stores, client, schedules, log }),
    createAutomationApply({ stores, automations, log }),
    createAutomationSweep({ stores, automations, log }),
    createSyncBaseSweep({ stores, schedules: syncBaseSchedules, log }),
    createReportSweep({ stores, reports, log }),
    createOverviewHeartbeat({ stores, client, taskQueue, log }),
    createOutboundSender({
      ...{ stores, secrets, egress, log, disableAfterDays: settings.eventDisableDays },
      address: (path) => `${url.replace(/\/+$/, '')}${path}`,
    }),
  ];
  for (const job of jobs) job.start();
  log.info({ url }, 'API answers');

  const stop = async (signal: string): Promise<void> => {
    log.info({ signal }, 'API stops');
    await Promise.all([api.close(), dispatcher.stop(), ...jobs.map((job) => job.stop())]);
    await Promise.all([client.connection.close(), stores.close(), egress.close()]);
    log.info('API stopped');
  };
  await new Promise<void>((resolve, reject) => {
    const onSignal = (signal: string): void => void stop(signal).then(resolve, reject);
    process.once('SIGTERM', onSignal).once('SIGINT', onSignal);
  });
}
