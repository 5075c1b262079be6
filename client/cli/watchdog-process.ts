import { join } from 'node:path';
import { createEgress } from '../../platform/egress.ts';
import { createLog } from '../../platform/log.ts';
import { parseSettings } from '../../platform/settings.ts';
import { requireAddresses } from '../../workers/addresses.ts';
import { alertChannels } from '../alerts/open.ts';
import { createAlive } from '../watchdog/alive.ts';
import { createChecks } from '../watchdog/checks.ts';
import { commandFor } from '../watchdog/commands.ts';
import { createLoudChannel } from '../watchdog/loud-channel.ts';
import { openStateFile } from '../watchdog/state-file.ts';
import { createStillHere } from '../watchdog/still-here.ts';
import { createWatchdog } from '../watchdog/watchdog.ts';
import { findTargets } from './targets.ts';

/**
 * The watchdog process: looks at engine, store, worker, API and Overview until SIGTERM or SIGINT, and tells.
 * @throws {TributaryError} SETTINGS_INVALID
 */
export async function runWatchdog(): Promise<void> {
  const settings = parseSettings();
  const log = createLog({ name: 'watchdog', level: settings.logLevel });
  requireAddresses(settings);
  const { watchdog, alerts, dataFolder, supervisor, syncBase } = settings;
  const { token, apiUrl } = syncBase;
  const { intervalMs, timeoutMs, graceMs, pingUrl } = watchdog;
  const [targets, file] = await Promise.all([
    findTargets(settings),
    openStateFile(join(dataFolder, 'watchdog.json'), log),
  ]);
  const egress = createEgress({ allow: settings.egressAllow });
  const isSet = alerts.slack !== null || alerts.webhook !== null;
  const checks = createChecks(targets, { timeoutMs });
  const dog = createWatchdog({
    ...{ checks, file, log, intervalMs, graceMs, holdDownMs: alerts.holdDownMs },
    channels: isSet ? alertChannels(alerts, { egress, log }) : [createLoudChannel(log)],
    command: commandFor(supervisor),
    ...(token && { onRound: createAlive({ file, cells: checks.aliveCells, token, apiUrl, egress, log }) }),
    ...(pingUrl === undefined ? {} : { onWell: createStillHere({ url: pingUrl, egress, log }) }),
  });
  if (!isSet) log.warn('neither Slack nor a webhook is set: what is gone is told here only');
  dog.start();
  log.info({ everySecs: intervalMs / 1_000 }, 'watchdog looks');
  const signal = await new Promise<string>((resolve) => {
    process.once('SIGTERM', resolve).once('SIGINT', resolve);
  });
  log.info({ signal }, 'watchdog stops');
  await dog.stop();
  await Promise.all([checks.close(), egress.close()]);
}
