import type { Route } from '../deps.ts';
import { answerConnectLink } from './answer-connect-link.ts';
import { authorizeConnection } from './authorize-connection.ts';
import { cancelSession } from './cancel-session.ts';
import { createCompany } from './create-company.ts';
import { createConnectLink } from './create-connect-link.ts';
import { createConnection } from './create-connection.ts';
import { deleteAppWebhookSecret } from './delete-app-webhook-secret.ts';
import { deleteCompany } from './delete-company.ts';
import { deleteWebhookSecret } from './delete-webhook-secret.ts';
import { disconnectConnection } from './disconnect-connection.ts';
import { getApp } from './get-app.ts';
import { getCompany } from './get-company.ts';
import { getCompanyReceipt } from './get-company-receipt.ts';
import { getConnection } from './get-connection.ts';
import { getConnectionStatistics } from './get-connection-statistics.ts';
import { getGenerationReceipt } from './get-generation-receipt.ts';
import { getHealth } from './get-health.ts';
import { getHello } from './get-hello.ts';
import { getLedger } from './get-ledger.ts';
import { getProcedure } from './get-procedure.ts';
import { getReady } from './get-ready.ts';
import { getReceipt } from './get-receipt.ts';
import { getRecord } from './get-record.ts';
import { getRecordsDigest } from './get-records-digest.ts';
import { getSession } from './get-session.ts';
import { getStateMachines } from './get-state-machines.ts';
import { getStatistics } from './get-statistics.ts';
import { getTimeline } from './get-timeline.ts';
import { getWhy } from './get-why.ts';
import { listApps } from './list-apps.ts';
import { listChanges } from './list-changes.ts';
import { listChecks } from './list-checks.ts';
import { listCompanies } from './list-companies.ts';
import { listConnections } from './list-connections.ts';
import { listEvents } from './list-events.ts';
import { listExchanges } from './list-exchanges.ts';
import { listProcedures } from './list-procedures.ts';
import { listQuarantine } from './list-quarantine.ts';
import { listReceipts } from './list-receipts.ts';
import { listRecords } from './list-records.ts';
import { listSessions } from './list-sessions.ts';
import { listWebhookSecrets } from './list-webhook-secrets.ts';
import { listWebhooks } from './list-webhooks.ts';
import { openConnectLink } from './open-connect-link.ts';
import { openConsent } from './open-consent.ts';
import { pauseConnection } from './pause-connection.ts';
import { proceedSession } from './proceed-session.ts';
import { putApp } from './put-app.ts';
import { putWebhookSecret } from './put-webhook-secret.ts';
import { receiveAppWebhook } from './receive-app-webhook.ts';
import { receiveOauthCallback } from './receive-oauth-callback.ts';
import { receiveWebhook } from './receive-webhook.ts';
import { recoverConnection } from './recover-connection.ts';
import { resumeConnection } from './resume-connection.ts';
import { retrySession } from './retry-session.ts';
import { rotateKeys } from './rotate-keys.ts';
import { showConnectResult } from './show-connect-result.ts';
import { showConsentResult } from './show-consent-result.ts';
import { skipSession } from './skip-session.ts';
import { startSession } from './start-session.ts';
import { submitCredentials } from './submit-credentials.ts';
import { testResource } from './test-resource.ts';
import { updateConnectionConfiguration } from './update-connection-configuration.ts';
import { updateConnectionPool } from './update-connection-pool.ts';
import { updateConnectionSettings } from './update-connection-settings.ts';
import { verifyCompanyReceipt } from './verify-company-receipt.ts';
import { verifyReceipt } from './verify-receipt.ts';

/** Every route, in the order of the docs. */
export const routes: readonly Route[] = [
  getHello,
  getHealth,
  getReady,
  getStateMachines,
  rotateKeys,
  listApps,
  getApp,
  putApp,
  deleteAppWebhookSecret,
  createCompany,
  listCompanies,
  getCompany,
  deleteCompany,
  getCompanyReceipt,
  verifyCompanyReceipt,
  createConnection,
  createConnectLink,
  listConnections,
  getConnection,
  authorizeConnection,
  submitCredentials,
  pauseConnection,
  resumeConnection,
  recoverConnection,
  updateConnectionSettings,
  updateConnectionPool,
  updateConnectionConfiguration,
  listProcedures,
  getProcedure,
  disconnectConnection,
  getReceipt,
  listReceipts,
  getGenerationReceipt,
  verifyReceipt,
  listEvents,
  getConnectionStatistics,
  getStatistics,
  testResource,
  startSession,
  listSessions,
  getSession,
  getWhy,
  getTimeline,
  getLedger,
  listQuarantine,
  listChecks,
  listExchanges,
  retrySession,
  cancelSession,
  skipSession,
  proceedSession,
  listRecords,
  getRecord,
  getRecordsDigest,
  listChanges,
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
];
