import { parseSettings } from '../../platform/settings.ts';
import { createChecks } from '../watchdog/checks.ts';
import type { Seen } from '../watchdog/parts.ts';
import { findTargets } from './targets.ts';

/** Looks at every part once. @throws {TributaryError} SETTINGS_INVALID */
export async function lookOnce(): Promise<Seen[]> {
  const settings = parseSettings();
  const checks = createChecks(await findTargets(settings), { timeoutMs: settings.watchdog.timeoutMs });
  try {
    return await checks.look();
  } finally {
    await checks.close();
  }
}
