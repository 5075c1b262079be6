import type { Logger } from 'pino';
import { offlineIncident } from '../../domain/alerts.ts';
import type { AlertChannel } from '../alerts/channel.ts';
import { type AlertSender, type AlertSenderOptions, createAlertSender } from '../alerts/sender.ts';
import { createPeriodic, type Periodic } from '../periodic.ts';
import type { Checks } from './checks.ts';
import { createFileAlerts } from './file-alerts.ts';
import { judge, takenOver } from './judge.ts';
import type { Part } from './parts.ts';
import type { StateFile } from './state-file.ts';

/** What a watchdog is made of. */
export interface WatchdogOptions {
  readonly checks: Pick<Checks, 'look'>;
  readonly file: StateFile;
  /** At least one. */
  readonly channels: readonly AlertChannel[];
  readonly log: Logger;
  /** Between two rounds. @default 15000 */
  readonly intervalMs?: number;
  /** @default 300000 */
  readonly holdDownMs?: number;
  /** What is gone when the watchdog starts is told after so long. @default 60000 */
  readonly graceMs?: number;
  /** The command that helps with a part. */
  readonly command: (part: Part) => string;
  /** Called after each round in which everything was well, and nothing is left to be told. */
  readonly onWell?: () => void;
  /** Called after each round: whether the service is told to be offline. Must not fail, and is not waited for. */
  readonly onRound?: (offline: boolean) => unknown;
  /** How often, and how patiently, it is told. */
  readonly sender?: Pick<AlertSenderOptions, 'intervalMs' | 'delays'>;
  readonly now?: () => Date;
}

/**
 * Looks at everything in rounds and tells once what is gone, and once that it is back. It needs nothing of what it
 * looks at: what it knows is in its file, and it tells by itself.
 */
export function createWatchdog(options: WatchdogOptions): Periodic {
  const { checks, file, channels, log, intervalMs = 15_000, holdDownMs = 300_000 } = options;
  const { graceMs = 60_000, command, onWell, onRound, now = () => new Date() } = options;
  const alerts = createFileAlerts(file, now);
  const sender: AlertSender = createAlertSender({
    ...{ stores: { alerts }, channels, log, holdDownMs, now },
    ...options.sender,
  });
  const startedAt = now();
  let health = takenOver(file.state.health, file.state.incident);

  async function work(): Promise<void> {
    const seen = await checks.look();
    const before = file.state.incident;
    const judged = judge(health, before, seen, now(), { command, graceMs, holdDownMs, startedAt });
    health = judged.health;
    for (const act of judged.acts) {
      if (act.do === 'raise') await alerts.raise(act.alert);
      else await alerts.settle(offlineIncident, act.resolution);
    }
    await file.save({ health });
    const after = file.state.incident;
    for (const { part, state, text, ms } of seen)
      if (state === 'gone') log.warn({ part, ms }, text);
      else log.debug({ part, ms }, text);
    if (before?.status !== after?.status)
      log[after?.status === 'open' ? 'error' : 'info'](
        { status: after?.status, seen },
        after?.status === 'open' ? `Sync application offline: ${after.reason}` : 'everything is well',
      );
    onRound?.(after?.status === 'open');
    if (after !== null && !after.done) sender.kick();
    else if (judged.allWell) onWell?.();
  }

  const periodic = createPeriodic({
    log,
    intervalMs,
    work,
    failure: 'the watchdog could not look; it tries again',
  });
  return {
    ...periodic,
    start() {
      sender.start();
      periodic.start();
    },
    async stop() {
      await periodic.stop();
      await sender.stop();
    },
  };
}
