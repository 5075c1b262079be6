import type { Route } from '../deps.ts';
import { acknowledgeAlert } from './acknowledge-alert.ts';
import { answerConnectLink } from './answer-connect-link.ts';
import { authorizeConnection } from './authorize-connection.ts';
import { cancelSession } from './cancel-session.ts';
import { cancelSync } from './cancel-sync.ts';
import { clearReportFail } from './clear-report-fail.ts';
import { completePrerequisites } from './complete-prerequisites.ts';
import { configureConnector } from './configure-connector.ts';
import { connectAgain } from './connect-again.ts';
import { createAutomation } from './create-automation.ts';
import { createCompany } from './create-company.ts';
import { createConnectLink } from './create-connect-link.ts';
import { createConnection } from './create-connection.ts';
import { createDestination } from './create-destination.ts';
import { createReportType } from './create-report-type.ts';
import { createSubscription } from './create-subscription.ts';
import { createSync } from './create-sync.ts';
import { createToken } from './create-token.ts';
import { redoCleaning, undoCleaning } from './decide-cleaning.ts';
import { decideMerge, undoMergeRoute } from './decide-merges.ts';
import { deleteAppWebhookSecret } from './delete-app-webhook-secret.ts';
import { deleteAutomation } from './delete-automation.ts';
import { deleteCompany } from './delete-company.ts';
import { deleteDestination } from './delete-destination.ts';
import { deleteIngestionConfiguration } from './delete-ingestion-configuration.ts';
import { deleteSubscription } from './delete-subscription.ts';
import { deleteSync } from './delete-sync.ts';
import { deleteWebhookSecret } from './delete-webhook-secret.ts';
import { detachSyncBase } from './detach-sync-base.ts';
import { diffSyncBase } from './diff-sync-base.ts';
import { disableSync } from './disable-sync.ts';
import { discardConnectionQuarantine, discardSyncQuarantine } from './discard-quarantined.ts';
import { disconnectConnection } from './disconnect-connection.ts';
import { enableSync } from './enable-sync.ts';
import { exportRejected } from './export-rejected.ts';
import { exportReport } from './export-report.ts';
import { fillReportsRoute } from './fill-reports.ts';
import { finalizeConnection } from './finalize-connection.ts';
import { getApp } from './get-app.ts';
import { getAutomation } from './get-automation.ts';
import { getBenchmark } from './get-benchmark.ts';
import { getCleanedSeries } from './get-cleaned-series.ts';
import { getCompany } from './get-company.ts';
import { getCompanyReceipt } from './get-company-receipt.ts';
import { getConnection } from './get-connection.ts';
import { getConnectionConfig } from './get-connection-config.ts';
import { getConnectionState } from './get-connection-state.ts';
import { getConnectionStatistics } from './get-connection-statistics.ts';
import { getConnectionStatus } from './get-connection-status.ts';
import { getDatapoints } from './get-datapoints.ts';
import { getDestination } from './get-destination.ts';
import { getForecast } from './get-forecast.ts';
import { getGenerationReceipt } from './get-generation-receipt.ts';
import { getHealth } from './get-health.ts';
import { getHello } from './get-hello.ts';
import { getLedger } from './get-ledger.ts';
import { getOverview } from './get-overview.ts';
import { getProcedure } from './get-procedure.ts';
import { getConnectionQuarantined, getSyncQuarantined } from './get-quarantined.ts';
import { getReady } from './get-ready.ts';
import { getReceipt } from './get-receipt.ts';
import { getRecord } from './get-record.ts';
import { getRecordsDigest } from './get-records-digest.ts';
import { getReport } from './get-report.ts';
import { getReportCalendar } from './get-report-calendar.ts';
import { getReportType } from './get-report-type.ts';
import { getRoles } from './get-roles.ts';
import { getSession } from './get-session.ts';
import { getSessionDeduplication } from './get-session-deduplication.ts';
import { getSessionReport } from './get-session-report.ts';
import { getStateMachines } from './get-state-machines.ts';
import { getStatistics } from './get-statistics.ts';
import { getSubscription } from './get-subscription.ts';
import { getSync } from './get-sync.ts';
import { getSyncRun } from './get-sync-run.ts';
import { getSyncTimeline } from './get-sync-timeline.ts';
import { getTimeline } from './get-timeline.ts';
import { getWhy } from './get-why.ts';
import { installConnection } from './install-connection.ts';
import { listAlerts } from './list-alerts.ts';
import { listApps } from './list-apps.ts';
import { listAttention } from './list-attention.ts';
import { listAutomationTicks } from './list-automation-ticks.ts';
import { listAutomations } from './list-automations.ts';
import { listChanges } from './list-changes.ts';
import { listChecks } from './list-checks.ts';
import { listCleaning } from './list-cleaning.ts';
import { listCompanies } from './list-companies.ts';
import { listConnectionChecks } from './list-connection-checks.ts';
import { listConnectionDeliveries } from './list-connection-deliveries.ts';
import { listConnections } from './list-connections.ts';
import { listDestinationKinds } from './list-destination-kinds.ts';
import { listDestinations } from './list-destinations.ts';
import { listEvents } from './list-events.ts';
import { listExchanges } from './list-exchanges.ts';
import { listFailedReports } from './list-failed-reports.ts';
import { listForecasts } from './list-forecasts.ts';
import { listInsights } from './list-insights.ts';
import { listLogs } from './list-logs.ts';
import { getMerge, listMergeSuggestions, listMerges } from './list-merges.ts';
import { listPrerequisites } from './list-prerequisites.ts';
import { listProcedures } from './list-procedures.ts';
import { listQuarantine } from './list-quarantine.ts';
import { listConnectionQuarantine, listSyncQuarantine } from './list-quarantined.ts';
import { listReceipts } from './list-receipts.ts';
import { listRecords } from './list-records.ts';
import { listReportTypes } from './list-report-types.ts';
import { listReports } from './list-reports.ts';
import { listResources } from './list-resources.ts';
import { listSeries } from './list-series.ts';
import { listSessions } from './list-sessions.ts';
import { listSubscriptionDeliveries } from './list-subscription-deliveries.ts';
import { listSubscriptions } from './list-subscriptions.ts';
import { listSyncBases } from './list-sync-bases.ts';
import { listSyncRecords } from './list-sync-records.ts';
import { listSyncRuns } from './list-sync-runs.ts';
import { listSyncs } from './list-syncs.ts';
import { listTokens } from './list-tokens.ts';
import { listWebhookSecrets } from './list-webhook-secrets.ts';
import { listWebhooks } from './list-webhooks.ts';
import { markPrerequisites } from './mark-prerequisites.ts';
import { openConnectLink } from './open-connect-link.ts';
import { openConsent } from './open-consent.ts';
import { pauseConnection } from './pause-connection.ts';
import { planConnection } from './plan-connection.ts';
import { planSync } from './plan-sync.ts';
import { previewConnectionReplay, previewSyncReplay } from './preview-replay.ts';
import { previewSync } from './preview-sync.ts';
import { proceedSession } from './proceed-session.ts';
import { putApp } from './put-app.ts';
import { putIngestionConfiguration } from './put-ingestion-configuration.ts';
import { putWebhookSecret } from './put-webhook-secret.ts';
import { rebuildSyncBase } from './rebuild-sync-base.ts';
import { receiveAppWebhook } from './receive-app-webhook.ts';
import { receiveOauthCallback } from './receive-oauth-callback.ts';
import { receiveSlackInteraction } from './receive-slack-interaction.ts';
import { receiveWebhook } from './receive-webhook.ts';
import { recoverConnection } from './recover-connection.ts';
import { redeliverEvents } from './redeliver-events.ts';
import { replayConnectionQuarantine, replaySyncQuarantine } from './replay-quarantined.ts';
import { resetConnection } from './reset-connection.ts';
import { resumeConnection } from './resume-connection.ts';
import { retryReport } from './retry-report.ts';
import { retrySession } from './retry-session.ts';
import { revokeToken } from './revoke-token.ts';
import { rotateKeys } from './rotate-keys.ts';
import { rotateSubscription } from './rotate-subscription.ts';
import { runAutomation } from './run-automation.ts';
import { runReport } from './run-report.ts';
import { runSync } from './run-sync.ts';
import { setConnectionConfiguration } from './set-connection-configuration.ts';
import { setUpSyncBase } from './setup-sync-base.ts';
import { showConnectResult } from './show-connect-result.ts';
import { showConsentResult } from './show-consent-result.ts';
import { showReport } from './show-report.ts';
import { skipSession } from './skip-session.ts';
import { startSession } from './start-session.ts';
import { submitCredentials } from './submit-credentials.ts';
import { disableAutomation, enableAutomation } from './switch-automation.ts';
import { testAlerts } from './test-alerts.ts';
import { testConnectionRoute } from './test-connection.ts';
import { testDestination } from './test-destination.ts';
import { testResource } from './test-resource.ts';
import { testSubscription } from './test-subscription.ts';
import { updateAutomation } from './update-automation.ts';
import { updateCompanySettings } from './update-company-settings.ts';
import { updateConnectionConfiguration } from './update-connection-configuration.ts';
import { updateConnectionPool } from './update-connection-pool.ts';
import { updateConnectionSettings } from './update-connection-settings.ts';
import { updateDestination } from './update-destination.ts';
import { updatePrerequisite } from './update-prerequisite.ts';
import { updateReportType } from './update-report-type.ts';
import { updateResource } from './update-resource.ts';
import { updateSubscription } from './update-subscription.ts';
import { updateSync } from './update-sync.ts';
import { verifyCompanyReceipt } from './verify-company-receipt.ts';
import { verifyReceipt } from './verify-receipt.ts';

/** Every route, in the order of the docs. */
export const routes: readonly Route[] = [
  getHello,
  getHealth,
  getReady,
  getOverview,
  listLogs,
  setUpSyncBase,
  listSyncBases,
  diffSyncBase,
  rebuildSyncBase,
  detachSyncBase,
  getStateMachines,
  listAttention,
  rotateKeys,
  getRoles,
  createToken,
  listTokens,
  revokeToken,
  listApps,
  getApp,
  putApp,
  deleteAppWebhookSecret,
  createCompany,
  listCompanies,
  getCompany,
  updateCompanySettings,
  deleteCompany,
  getCompanyReceipt,
  verifyCompanyReceipt,
  createConnection,
  createConnectLink,
  listConnections,
  getConnection,
  authorizeConnection,
  submitCredentials,
  testConnectionRoute,
  installConnection,
  listPrerequisites,
  updatePrerequisite,
  markPrerequisites,
  completePrerequisites,
  configureConnector,
  setConnectionConfiguration,
  finalizeConnection,
  resetConnection,
  connectAgain,
  getConnectionStatus,
  getConnectionState,
  getConnectionConfig,
  planConnection,
  pauseConnection,
  resumeConnection,
  recoverConnection,
  updateConnectionSettings,
  updateConnectionPool,
  updateConnectionConfiguration,
  listResources,
  updateResource,
  putIngestionConfiguration,
  deleteIngestionConfiguration,
  listProcedures,
  getProcedure,
  disconnectConnection,
  getReceipt,
  listReceipts,
  getGenerationReceipt,
  verifyReceipt,
  listEvents,
  listConnectionChecks,
  getConnectionStatistics,
  getStatistics,
  testResource,
  startSession,
  listSessions,
  getSession,
  getSessionReport,
  getWhy,
  getTimeline,
  getLedger,
  getSessionDeduplication,
  listQuarantine,
  listChecks,
  listExchanges,
  retrySession,
  cancelSession,
  skipSession,
  proceedSession,
  listConnectionQuarantine,
  getConnectionQuarantined,
  previewConnectionReplay,
  replayConnectionQuarantine,
  discardConnectionQuarantine,
  listSyncQuarantine,
  getSyncQuarantined,
  previewSyncReplay,
  replaySyncQuarantine,
  discardSyncQuarantine,
  listRecords,
  getRecord,
  getRecordsDigest,
  listChanges,
  listSeries,
  getDatapoints,
  listForecasts,
  listInsights,
  getForecast,
  getBenchmark,
  listCleaning,
  getCleanedSeries,
  undoCleaning,
  redoCleaning,
  listMerges,
  getMerge,
  listMergeSuggestions,
  undoMergeRoute,
  decideMerge,
  listDestinationKinds,
  createDestination,
  listDestinations,
  getDestination,
  updateDestination,
  deleteDestination,
  testDestination,
  previewSync,
  createSync,
  listSyncs,
  getSync,
  updateSync,
  deleteSync,
  createSubscription,
  listSubscriptions,
  getSubscription,
  updateSubscription,
  deleteSubscription,
  rotateSubscription,
  testSubscription,
  listSubscriptionDeliveries,
  listConnectionDeliveries,
  redeliverEvents,
  enableSync,
  disableSync,
  planSync,
  runSync,
  cancelSync,
  listSyncRuns,
  getSyncRun,
  getSyncTimeline,
  listSyncRecords,
  exportRejected,
  createAutomation,
  listAutomations,
  getAutomation,
  updateAutomation,
  deleteAutomation,
  enableAutomation,
  disableAutomation,
  runAutomation,
  listAutomationTicks,
  createReportType,
  listReportTypes,
  getReportType,
  updateReportType,
  getReportCalendar,
  fillReportsRoute,
  listReports,
  listFailedReports,
  getReport,
  exportReport,
  showReport,
  retryReport,
  runReport,
  clearReportFail,
  openConnectLink,
  answerConnectLink,
  showConnectResult,
  openConsent,
  receiveOauthCallback,
  showConsentResult,
  receiveWebhook,
  receiveAppWebhook,
  listWebhooks,
  listWebhookSecrets,
  putWebhookSecret,
  deleteWebhookSecret,
  listAlerts,
  acknowledgeAlert,
  testAlerts,
  receiveSlackInteraction,
];
