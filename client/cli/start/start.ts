import { resolve } from 'node:path';
import { createSupervisor } from '../../../platform/processes/supervisor.ts';
import { parseSettings } from '../../../platform/settings.ts';
import { lockDataFolder } from '../../../platform/setup/data-folder.ts';
import type { Session } from '../../api/schemas/sessions.ts';
import { exitCodes } from '../exit.ts';
import { formatMs } from '../output/live.ts';
import { watchSessions } from '../sessions.ts';
import { app, companies } from './companies.ts';
import { type Consent, openSession } from './connect.ts';
import { consent } from './consent.ts';
import { exportRecords } from './export.ts';
import { refreshForEver } from './refresh.ts';
import { countLines, dataLines, whereLines } from './report.ts';
import { type Stack, startStack } from './stack.ts';
import { createStorefrontControl } from './storefront-control.ts';

/** How `tributary start` runs. */
export interface StartOptions {
  /** Ends when the sessions are Synced; the sample app serves all rows and releases nothing. */
  readonly once: boolean;
  /** The person consents, not the demonstration. */
  readonly manual: boolean;
  /** Folder of the exported records. @default './out' */
  readonly out: string;
}

const holdBackDays = 60;
const releaseEveryMs = 30_000;
const say = (line: string): void => console.log(line);

/**
 * Runs everything on this machine and shows the four companies' way to Synced.
 * @returns the exit code
 * @throws {TributaryError} DATA_FOLDER_IN_USE, SETTINGS_INVALID, or why a part could not be started
 */
export async function start(options: StartOptions): Promise<number> {
  const settings = parseSettings();
  const { dataFolder } = settings;
  const began = Date.now();
  const lock = await lockDataFolder(dataFolder);
  let stack: Stack | undefined;
  const supervisor = createSupervisor({
    say: (line) => {
      say(line);
      stack?.noteProcesses().catch(() => undefined);
    },
  });
  const interrupted = untilSignal();
  try {
    say(`data folder: ${dataFolder}`);
    const work = async (): Promise<number> => {
      const days = options.once ? 0 : holdBackDays;
      stack = await startStack({ settings, supervisor, lock, holdBackDays: days, say });
      const ui = stack.engineUi ? `, Temporal Web UI ${stack.engineUi}` : '';
      say(`everything runs after ${formatMs(Date.now() - began)}: API ${stack.api.url}/api${ui}`);
      say('connecting four companies of the sample app\n');
      const sessions = await sync(stack, options.manual);
      return afterwards(stack, sessions, {
        ...options,
        namespace: settings.temporal.namespace,
        dataFolder,
        began,
      });
    };
    const gaveUp = supervisor.ended.then((fault) => {
      if (fault) throw fault;
      return exitCodes.ok;
    });
    return await Promise.race([work(), gaveUp, interrupted.then(() => exitCodes.ok)]);
  } finally {
    say('\nStopping everything; the data stays for the next start.');
    await supervisor.stop();
    await lock.release();
  }
}

/** Ctrl-C or SIGTERM; more of them while it stops change nothing. */
function untilSignal(): Promise<void> {
  return new Promise((stop) => {
    process.on('SIGINT', () => stop()).on('SIGTERM', () => stop());
  });
}

async function sync({ api, storefront }: Stack, manual: boolean): Promise<Session[]> {
  const { url: baseUrl, clientSecret } = storefront;
  await api.put(`/api/apps/${app}`, { baseUrl, clientId: 'tributary', clientSecret });
  const answer: Consent = async (authorized, { id, name }) => {
    if (!manual) return consent(authorized, id);
    if (authorized.authorization.kind === 'oauth2')
      say(
        `Consent for ${name} (choose the company ${name} on the page):\n  ${authorized.authorization.link}`,
      );
  };
  const ids = await Promise.all(companies.map((company) => openSession(api, company, answer)));
  return watchSessions(
    api,
    companies.map(({ name }, at) => ({ name, id: ids[at] ?? '' })),
  );
}

async function afterwards(
  stack: Stack,
  sessions: readonly Session[],
  {
    once,
    out,
    namespace,
    dataFolder,
    began,
  }: StartOptions & { readonly namespace: string; readonly dataFolder: string; readonly began: number },
): Promise<number> {
  const open = sessions.filter(({ code }) => code !== 19);
  say(
    `\n${sessions.length - open.length} of ${sessions.length} Synced after ${formatMs(Date.now() - began)}\n`,
  );
  say([...countLines(sessions), ''].join('\n'));
  for (const { id, sentence } of open) say(`${id}: ${sentence}`);
  if (once && open.length > 0) return exitCodes.failed;
  say([...dataLines(await exportRecords(stack.api, resolve(out))), ''].join('\n'));
  say(whereLines(stack, namespace, !once).join('\n'));
  if (once) return exitCodes.ok;
  say(
    `\nA day of sales is released every ${releaseEveryMs / 1000} s and the companies are refreshed. Ctrl-C stops everything.`,
  );
  const control = createStorefrontControl(stack.storefront);
  return refreshForEver({ api: stack.api, control, dataFolder, everyMs: releaseEveryMs, say });
}
