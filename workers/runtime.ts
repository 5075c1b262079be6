import { type LogMetadata, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { Logger } from '../platform/log.ts';

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
/** What a line needs to be found by; the rest of what the engine says beside it is noise. */
const fields = ['workflowId', 'runId', 'activityType', 'activityId', 'attempt', 'taskQueue', 'error'];

/**
 * Installs the one runtime of this process: what workflows, activities and the SDK log comes out of `log`, with the
 * workflow id. Signals are left to the process. To be called before the first connection is made.
 */
export function installRuntime(log: Logger): void {
  const write = (level: keyof typeof levels, message: string, meta: LogMetadata = {}): void => {
    const kept = Object.entries(meta).filter(([name]) => fields.includes(name) || !(name in sdkNoise));
    log[levels[level]](Object.fromEntries(kept), message);
  };
  const at =
    (level: keyof typeof levels) =>
    (message: string, meta?: LogMetadata): void =>
      write(level, message, meta);
  Runtime.install({
    logger: {
      log: write,
      trace: at('TRACE'),
      debug: at('DEBUG'),
      info: at('INFO'),
      warn: at('WARN'),
      error: at('ERROR'),
    },
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'WARN' }) },
    },
    shutdownSignals: [],
  });
}

const sdkNoise: Readonly<Record<string, true>> = {
  sdkComponent: true,
  namespace: true,
  isLocal: true,
  taskToken: true,
  workflowType: true,
};
