import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { defaultLimits } from '../activities/ports.ts';
import { createForecaster } from '../activities/processing/forecasting/pool.ts';
import { createReportPorts } from '../activities/reports/port.ts';
import { createDeliveryPorts } from '../activities/sync/delivery-ports.ts';
import { poolQueueOf } from '../domain/ping.ts';
import { createPayloadCodecs } from '../platform/codec.ts';
import { createSecretBox, loadOrCreateKeys } from '../platform/crypto.ts';
import { createEgress } from '../platform/egress.ts';
import { createLog, type Logger } from '../platform/log.ts';
import { parseSettings } from '../platform/settings.ts';
import { openStores } from '../stores/open.ts';
import { publicUrl, requireAddresses } from './addresses.ts';
import { createWorkers, type WorkflowSource } from './create-workers.ts';
import { openDefinitions } from './definitions.ts';
import { installRuntime } from './runtime.ts';

/** The bundle that is set, or that of the build, or the sources where there is no build. */
function findWorkflows(set: string | undefined): WorkflowSource {
  if (set !== undefined) return { bundlePath: set };
  const bundlePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
  if (existsSync(bundlePath)) return { bundlePath };
  return { workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)) };
}

async function work(log: Logger): Promise<void> {
  const settings = parseSettings();
  log.level = settings.logLevel;
  const addresses = requireAddresses(settings);
  const definitions = openDefinitions();
  installRuntime(log);

  const keys = settings.secretsKeys.length > 0 ? settings.secretsKeys : loadOrCreateKeys(settings.dataFolder);
  const [secretsKeys, stores, connection] = await Promise.all([
    keys,
    openStores({ uri: addresses.mongodb, database: settings.mongodb.database, log }),
    NativeConnection.connect({ address: addresses.temporal }),
  ]);
  const egress = createEgress({ allow: settings.egressAllow });
  const forecaster = createForecaster();
  const workers = await createWorkers({
    connection,
    namespace: settings.temporal.namespace,
    taskQueue: settings.taskQueue,
    pools: settings.pools,
    poolQueue: poolQueueOf,
    poolsAnswer: true,
    workflows: findWorkflows(settings.workflowBundle),
    activities: createActivities({
      stores,
      definition: definitions.get,
      secrets: createSecretBox(secretsKeys),
      egress,
      sources: settings.sources,
      log,
      limits: {
        ...defaultLimits,
        quarantineShare: settings.quarantineThreshold,
        quarantineFloorRows: settings.quarantineFloorRows,
      },
      caps: settings.sessionCaps,
      callbackUrl: () => `${publicUrl(settings)}/api/oauth/callback`,
      poolQueue: poolQueueOf,
      forecaster,
      ...createReportPorts(stores, settings.reportDurations),
      rawBatchDays: settings.rawBatchDays,
      syncBase: settings.syncBase,
      delivery: createDeliveryPorts({ egress, stores, allow: settings.destinations }),
      ticks: {
        catchupWindowMs: settings.catchupWindowSecs * 1000,
        durations: settings.durations,
        workflowTaskTimeoutMs: settings.workflowTaskTimeoutSecs * 1000,
      },
    }),
    codecs: createPayloadCodecs(settings.codecKeys),
    stickyTimeoutSecs: settings.stickyTimeoutSecs,
  });

  const stop = (signal: string): void => {
    log.info({ signal }, 'worker stops: finishing what it works on');
    workers.shutdown();
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  log.info({ taskQueue: settings.taskQueue, pools: settings.pools }, 'worker runs');
  try {
    await workers.run();
  } finally {
    await Promise.all([connection.close(), stores.close(), egress.close(), forecaster.stop()]);
  }
  log.info('worker stopped');
}

/**
 * The worker process: the session queue and the pools of the settings, until SIGTERM or SIGINT.
 * @throws what it cannot start or go on by
 */
export async function runWorker(): Promise<void> {
  await work(createLog({ name: 'worker' }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runWorker().catch((error: unknown) => {
    createLog({ name: 'worker' }).fatal(
      { err: error },
      error instanceof Error ? error.message : String(error),
    );
    process.exitCode = 1;
  });
}
