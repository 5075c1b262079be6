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
import { requireFreePort } from './free-port.ts';
import { insightLines } from './insight.ts';
import { refreshForEver } from './refresh.ts';
import { countLines, dataLines, whereLines } from './report.ts';
import { offerSalesReport } from './sales-report.ts';
import { type Stack, startStack } from './stack.ts';
import { createStorefrontControl } from './storefront-control.ts';
import { requireWritable } from './writable.ts';

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
const interruptedCode = 130;
type Say = (line: string) => void;

/**
 * Runs everything on this machine and shows the four companies' way to Synced.
 * @returns the exit code
 * @throws {TributaryError} DATA_FOLDER_IN_USE, SETTINGS_INVALID, or why a part could not be started
 */
export async function start(options: StartOptions): Promise<number> {
  const settings = parseSettings();
  const { dataFolder } = settings;
  const began = Date.now();
  await requireWritable(dataFolder);
  const lock = await lockDataFolder(dataFolder);
  let stack: Stack | undefined;
  let stopping = false;
  const say: Say = (line) => {
    if (!stopping) console.log(line);
  };
  const supervisor = createSupervisor({
    say: (line) => {
      say(line);
      stack?.noteProcesses().catch(() => undefined);
    },
  });
  const stopped = untilSignal().then(() => (options.once ? interruptedCode : exitCodes.ok));
  try {
    say(`data folder: ${dataFolder}`);
    const { host, port } = settings.api;
    if (process.env.TRIBUTARY_API_PORT) await requireFreePort(host, port);
    const work = async (): Promise<number> => {
      const days = options.once ? 0 : holdBackDays;
      stack = await startStack({ settings, supervisor, lock, holdBackDays: days, say });
      const ui = stack.engineUi ? `, Temporal Web UI ${stack.engineUi}` : '';
      say(`everything runs after ${formatMs(Date.now() - began)}: API ${stack.api.url}/api${ui}`);
      say('connecting four companies of the sample app\n');
      const sessions = await sync(stack, options.manual, say);
      const synced = sessions.filter(({ code }) => code === 19).length;
      say(`\n${synced} of ${sessions.length} Synced after ${formatMs(Date.now() - began)}\n`);
      return afterwards(stack, sessions, { ...options, ...settings.temporal, dataFolder, say });
    };
    const gaveUp = supervisor.ended.then((fault) => {
      if (fault) throw fault;
      return exitCodes.ok;
    });
    return await Promise.race([work(), gaveUp, stopped]);
  } finally {
    say('\nStopping everything; the data stays for the next start.');
    stopping = true;
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

async function sync({ api, storefront }: Stack, manual: boolean, say: Say): Promise<Session[]> {
  const { url: baseUrl, clientSecret } = storefront;
  await api.putApp(app, { baseUrl, clientId: 'tributary', clientSecret });
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
  options: StartOptions & { readonly namespace: string; readonly dataFolder: string; readonly say: Say },
): Promise<number> {
  const { once, out, namespace, dataFolder, say } = options;
  const open = sessions.filter(({ code }) => code !== 19);
  say([...countLines(sessions), ''].join('\n'));
  for (const { id, sentence } of open) say(`${id}: ${sentence}`);
  if (once && open.length > 0) return exitCodes.failed;
  say([...dataLines(await exportRecords(stack.api, resolve(out))), ''].join('\n'));
  say([...(await insightLines(stack.api)), ''].join('\n'));
  await offerSalesReport(stack.api);
  say(whereLines(stack, namespace, !once).join('\n'));
  if (once) return exitCodes.ok;
  say(
    `\nA day of sales is released every ${releaseEveryMs / 1000} s and the companies are refreshed. Ctrl-C stops everything.`,
  );
  const control = createStorefrontControl(stack.storefront);
  return refreshForEver({ api: stack.api, control, dataFolder, everyMs: releaseEveryMs, say });
}
