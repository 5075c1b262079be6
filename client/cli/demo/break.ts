import { setTimeout as delay } from 'node:timers/promises';
import { TributaryError } from '../../../domain/errors.ts';
import type { Digest } from '../../api/schemas/records.ts';
import type { Session } from '../../api/schemas/sessions.ts';
import { createTributaryClient, type TributaryClient } from '../../tributary-client.ts';
import { whyLines } from '../commands/why.ts';
import { dataFiles, type ProcessesFile } from '../data-files.ts';
import { failureLine } from '../failure.ts';
import { createLive } from '../output/live.ts';
import { isSettled } from '../session-line.ts';
import { startPass, watchSessions } from '../sessions.ts';
import { app, companies, connectionOf, resource } from '../start/companies.ts';
import { consent } from '../start/consent.ts';
import { underDemoLock } from '../start/refresh.ts';
import { createStorefrontControl, type StorefrontControl } from '../start/storefront-control.ts';

/** What the demonstration came to. */
export interface BreakResult {
  /** Digests of the records, loaded without a disturbance and with the worker killed. */
  readonly undisturbed: Digest;
  readonly killed: Digest;
  /** Before the grant was revoked, and after the re-authorization. */
  readonly before: Digest;
  readonly reauthorized: Digest;
  readonly equal: boolean;
}

type Say = (line: string) => void;

interface Demo {
  readonly api: TributaryClient;
  readonly control: StorefrontControl;
  readonly processes: () => Promise<ProcessesFile>;
  readonly say: Say;
}

/** The smallest of the companies; its rows are loaded twice more, by connections for the demonstration only. */
const company = companies[3];
/** So slow that a batch is stored by its age (10 s) before the last page is there. */
const dripMs = 6_000;

/**
 * Breaks two things in a running `tributary start`, and shows that both are mended without a lost or doubled row.
 * @throws {TributaryError} API_UNREACHABLE if nothing runs on this data folder
 */
export async function demoBreak(dataFolder: string, say: Say): Promise<BreakResult> {
  const files = dataFiles(dataFolder);
  const [local, processes] = await Promise.all([files.readApi(), files.readProcesses()]);
  if (!local || !processes || !isAlive(processes.pid))
    throw new TributaryError('API_UNREACHABLE', `Nothing runs on the data folder ${dataFolder}.`);
  const demo: Demo = {
    api: createTributaryClient({ ...local, actor: 'demonstration' }),
    control: createStorefrontControl(processes.storefront),
    processes: async () => (await files.readProcesses()) ?? processes,
    say,
  };
  const wait = () => say('Waiting for the refresh that is under way ...');
  return underDemoLock(dataFolder, () => run(demo), wait);
}

async function run(demo: Demo): Promise<BreakResult> {
  const { api, say } = demo;
  const usual = connectionOf(company);
  const id = `${app}-demo-${Date.now().toString(36)}`;
  const [reference, broken] = [`${id}-a`, `${id}-b`];
  try {
    say(`1. The rows of ${company.name} are loaded without a disturbance (${reference}).`);
    await synced(demo, reference, await connect(demo, reference));
    const undisturbed = await digestOf(api, reference);
    await killWhileLoading(demo, broken);
    const killed = await digestOf(api, broken);

    await synced(demo, usual, await startPass(api, usual));
    const before = await digestOf(api, usual);
    await revokeAndMend(demo, usual);
    const reauthorized = await digestOf(api, usual);

    const equal = killed.digest === undisturbed.digest && reauthorized.digest === before.digest;
    say('\nDigests of the records (SHA-256 over keys and contents):');
    for (const [what, { digest, count }] of [
      ['loaded undisturbed ', undisturbed],
      ['worker killed      ', killed],
      ['before the revoking', before],
      ['after the mending  ', reauthorized],
    ] as const)
      say(`   ${what}  ${digest.slice(0, 16)}…  ${count} records`);
    say(equal ? '   equal: no row was lost, none was loaded twice.' : '   NOT equal: please report it.');
    return { undisturbed, killed, before, reauthorized, equal };
  } finally {
    await demo.control.faults({ dripMs: 0 });
    say('');
    for (const connection of [reference, broken]) await removeAgain(demo, connection);
  }
}

async function connect({ api }: Demo, id: string): Promise<string> {
  const connected = await api.connect({ company: { id: company.id }, app, id });
  await consent(connected, company.id);
  return connected.sessionId;
}

async function removeAgain({ api, say }: Demo, id: string): Promise<void> {
  // It was made a moment ago, for nothing else: nobody has to look at the plan.
  const planned = async () => {
    const { token } = await api.plan(id, { procedure: 'disconnect' });
    return api.disconnect(id, token === null ? {} : { planToken: token });
  };
  const gone = await planned().then(
    () => 'is disconnected again',
    (error: unknown) => `is still there (${failureLine(error)})`,
  );
  say(`The connection ${id} was only for this demonstration and ${gone}.`);
}

/** Kills the worker once a batch is stored and rows are missing; the same session ends in 19. */
async function killWhileLoading(demo: Demo, id: string): Promise<void> {
  const { api, control, processes, say } = demo;
  say(
    `\n2. The worker is killed in the middle of loading (${id}, the rows of ${company.name}, sample app slowed down).`,
  );
  await control.faults({ dripMs });
  const sessionId = await connect(demo, id);
  const [loading] = await watchSessions(api, [{ name: id, id: sessionId }], {
    live: createLive(process.stderr),
    until: (session) => isSettled(session) || batchesOf(session) > 0,
  });
  if (loading?.code !== 2)
    throw new Error(`${sessionId} is in ${loading?.code} ${loading?.text}: too late to break it.`);

  const { worker } = await processes();
  process.kill(worker, 'SIGKILL');
  say(`   killed process ${worker} (worker) with SIGKILL after ${batchesOf(loading)} stored batch`);
  say(`   why: ${whyLines(await api.why(sessionId)).join('\n        ')}`);
  await control.faults({ dripMs: 0 });
  say('   nothing has to be called: the worker is started again, and loading goes on after the stored batch');
  say('   once the engine misses its heartbeat (within 30 s)');
  await synced(demo, id, sessionId);
}

/** Revokes a grant; the refresh ends in 8, the consent is given again, the next session ends in 19. */
async function revokeAndMend(demo: Demo, id: string): Promise<void> {
  const { api, control, say } = demo;
  say(`\n3. ${company.name} takes back its grant at the sample app; a refresh finds out.`);
  await control.faults({ revoke: company.id });
  const refused = await startPass(api, id);
  await watchSessions(api, [{ name: id, id: refused }], { live: createLive(process.stderr) });
  say(`   why: ${whyLines(await api.why(refused)).join('\n        ')}`);
  say(`   the call that mends it: npx tributary connection authorize ${id}`);
  const authorized = await api.authorize(id);
  await consent(authorized, company.id);
  await synced(demo, id, authorized.sessionId);
}

/** Follows a session to 19. @throws if it ends elsewhere, with the reason */
async function synced({ api, say }: Demo, name: string, id: string): Promise<void> {
  await watchSessions(api, [{ name, id }], { live: createLive(process.stderr) });
  const { code, text, sentence } = await api.getSession(id);
  if (code !== 19) throw new Error(`${id}: ${sentence}`);
  say(`   ${id} ended 19 ${text}`);
  // Its run ends a moment after its last status.
  await delay(200);
}

const digestOf = (api: TributaryClient, id: string): Promise<Digest> => api.digest(id, resource);

const batchesOf = ({ resources }: Session): number =>
  resources.reduce((sum, { loading }) => sum + (loading?.batches ?? 0), 0);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
