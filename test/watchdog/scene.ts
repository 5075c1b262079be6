import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { pino } from 'pino';
import { createSlackChannel } from '../../client/alerts/slack-channel.ts';
import { createChecks } from '../../client/watchdog/checks.ts';
import type { Seen } from '../../client/watchdog/parts.ts';
import { openStateFile } from '../../client/watchdog/state-file.ts';
import { createWatchdog } from '../../client/watchdog/watchdog.ts';
import { poolQueueOf } from '../../domain/ping.ts';
import { localEgress } from '../support/egress.ts';
import { startSlack } from '../support/slack/index.ts';
import { until } from '../support/until.ts';

const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } });

/** Something that can be lost and come back at the same address. */
export interface Breakable {
  lose(): Promise<void>;
  bring(): Promise<void>;
  stop(): Promise<void>;
}

/** What is watched. */
export interface SceneOptions {
  /** host:port, as the watchdog sees it. */
  readonly engine: string;
  /** The same as the worker sees it. */
  readonly workersEngine: string;
  readonly storeUri: string;
}

const silent = pino({ level: 'silent' });
const file = 'watchdog.json';

/** A watchdog in quick motion, with everything that it watches. Slack is the stand-in. */
export async function startScene({ engine, workersEngine, storeUri }: SceneOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-watchdog-'));
  const taskQueue = `watched-${Date.now().toString(36)}`;
  const pool = workerOn(workersEngine, poolQueueOf(taskQueue));
  const [worker, api, slack] = [workerOn(workersEngine, taskQueue), apiStandIn(), await startSlack()];
  slack.intervalMs = 0;
  await Promise.all([worker.bring(), pool.bring(), api.bring()]);
  const messages = () => slack.channel('airtable').messages;
  let rounds = 0;
  let wells = 0;
  let last: readonly Seen[] = [];
  let process: { readonly stop: () => Promise<unknown> } | undefined;

  const scene = {
    ...{ worker, pool, api, slack, messages },
    stateFile: join(folder, file),
    taskQueue,
    texts: () => messages().map(({ text }) => text),

    /** Begins, as a process does: with what its file says. */
    async unleash(): Promise<void> {
      const checks = createChecks(
        {
          engine: { address: engine, namespace: 'default' },
          store: { uri: storeUri, database: 'watched' },
          ...{ taskQueue, pools: [taskQueue], apiUrl: api.url() },
        },
        { timeoutMs: 1_500 },
      );
      const look = async () => {
        last = await checks.look();
        rounds += 1;
        return [...last];
      };
      const { apiUrl, token } = slack;
      const dog = createWatchdog({
        ...{ checks: { look }, file: await openStateFile(scene.stateFile, silent), log: silent },
        channels: [
          createSlackChannel({ ...{ token, channel: '#airtable', apiUrl, egress: localEgress, paceMs: 0 } }),
        ],
        command: (part) => `restart ${part}`,
        onWell: () => {
          wells += 1;
        },
        ...{ intervalMs: 50, holdDownMs: 200, graceMs: 60_000 },
        sender: { intervalMs: 50, delays: { retryMs: 50, refusedMs: 100 } },
      });
      dog.start();
      process = { stop: () => dog.stop().then(() => checks.close()) };
    },
    async leash(): Promise<void> {
      await process?.stop();
      process = undefined;
    },
    told: (count: number) =>
      until(`${count} messages`, async () =>
        messages().length >= count ? { found: true } : { seen: JSON.stringify(scene.texts()) },
      ),
    moreRounds(count: number) {
      const from = rounds;
      return until('rounds', async () => (rounds >= from + count ? { found: true } : { seen: `${rounds}` }));
    },
    /** Everything is well, and nothing is left to be told. */
    allWell() {
      const from = wells;
      return until('all to be well', async () =>
        wells > from ? { found: true } : { seen: JSON.stringify([rounds, last, scene.texts()]) },
      );
    },
    /** Another file and an empty channel, and everything well. */
    async fresh(): Promise<void> {
      await scene.leash();
      await rm(scene.stateFile, { force: true });
      messages().length = 0;
      await scene.unleash();
      await scene.allWell();
    },
    /** One message said that it is offline, and one in its thread that it is over. */
    onceEach(reason: RegExp): void {
      const [opened, ...others] = messages();
      assert.match(opened?.text ?? '', /^Sync application offline\n/);
      assert.match(opened?.text.split('\n')[1] ?? '', reason);
      assert.deepEqual(
        others.map(({ threadTs }) => threadTs),
        others.map(() => opened?.ts),
      );
      assert.equal(others.filter(({ text }) => text.startsWith('Resolved: ')).length, 1);
    },
    async stop(): Promise<void> {
      await scene.leash();
      await Promise.all([worker.stop(), pool.stop(), api.stop(), slack.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return scene;
}

export type Scene = Awaited<ReturnType<typeof startScene>>;

/** A worker with the workflows of this program, as the ping needs no activities. */
export function workerOn(address: string, taskQueue: string): Breakable {
  let stop: (() => Promise<void>) | undefined;
  const lose = async () => {
    await stop?.();
    stop = undefined;
  };
  return {
    lose,
    stop: lose,
    async bring() {
      const codePath = process.env.TEST_WORKFLOW_BUNDLE;
      assert.ok(codePath, 'Run this by "npm test": it bundles the workflows.');
      const connection = await NativeConnection.connect({ address });
      const worker = await Worker.create({ connection, taskQueue, workflowBundle: { codePath } });
      // One whose engine was killed may end by that.
      const ended = worker.run().catch(() => undefined);
      stop = async () => {
        if (worker.getState() === 'RUNNING') worker.shutdown();
        await ended;
        await connection.close();
      };
    },
  };
}

function apiStandIn(): Breakable & { url(): string } {
  const make = () => createServer((_request, response) => response.end('Hello world!'));
  let server = make();
  let port = 0;
  const lose = async () => {
    if (!server.listening) return;
    const closed = once(server.close(), 'close');
    server.closeAllConnections();
    await closed;
  };
  return {
    url: () => `http://127.0.0.1:${port}`,
    lose,
    stop: lose,
    async bring() {
      server = make().listen(port, '127.0.0.1');
      await once(server, 'listening');
      port = (server.address() as AddressInfo).port;
    },
  };
}
