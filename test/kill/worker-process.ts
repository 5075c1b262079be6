// A worker as a process of its own: what workers/main.ts makes, with the test's queues, sizes and definitions.
import { once } from 'node:events';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { createActivities } from '../../activities/index.ts';
import type { Limits } from '../../activities/ports.ts';
import { createDeliveryPorts } from '../../activities/sync/delivery-ports.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { SourcePlaces } from '../../connectors/registry.ts';
import { defaultDurations } from '../../domain/contracts.ts';
import { createSecretBox } from '../../platform/crypto.ts';
import { openStores } from '../../stores/open.ts';
import { createWorkers } from '../../workers/create-workers.ts';
import { localEgress } from '../support/egress.ts';

/** What the process is told, as JSON in TEST_WORKER. */
export interface WorkerProcessOptions {
  readonly address: string;
  readonly uri: string;
  readonly database: string;
  readonly taskQueue: string;
  readonly bundlePath: string;
  /** Of the secrets; base64. */
  readonly key: string;
  readonly limits: Limits;
  readonly definitions: readonly ConnectorDefinition[];
  /** Programs and folders that sources may use. */
  readonly sources?: SourcePlaces;
}

const options = JSON.parse(process.env.TEST_WORKER ?? '{}') as WorkerProcessOptions;
// It must not outlive its test, however that ends; it works when it is told to.
process.stdin.on('end', () => process.exit());
await once(process.stdin, 'data');

const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter } },
  shutdownSignals: [],
});

const poolQueue = (pool: string) => `${options.taskQueue}/pool/${pool}`;
const stores = await openStores({ uri: options.uri, database: options.database });
const workers = await createWorkers({
  connection: await NativeConnection.connect({ address: options.address }),
  taskQueue: options.taskQueue,
  pools: ['default'],
  poolQueue,
  workflows: { bundlePath: options.bundlePath },
  activities: createActivities({
    stores,
    secrets: createSecretBox([{ id: 'kill', key: Buffer.from(options.key, 'base64') }]),
    egress: localEgress,
    definition: (app) => {
      const found = options.definitions.find(({ id }) => id === app);
      if (found === undefined) throw new Error(`no definition of ${app}`);
      return found;
    },
    log: pino({ level: 'silent' }),
    limits: options.limits,
    ...(options.sources === undefined ? {} : { sources: options.sources }),
    callbackUrl: () => 'http://127.0.0.1/api/oauth/callback',
    poolQueue,
    // Of sessions that other sessions ask for: a killed worker is missed as soon as in those of a test.
    ticks: {
      catchupWindowMs: 600_000,
      durations: { ...defaultDurations, heartbeatMs: 1_000, quickMs: 3_000 },
      workflowTaskTimeoutMs: 3_000,
    },
    delivery: createDeliveryPorts({
      egress: localEgress,
      stores,
      allow: { folders: [], executables: {} },
    }),
  }),
  stickyTimeoutSecs: 1,
});
await workers.run();
