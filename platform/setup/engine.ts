import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, fillCache, isThere } from './cache.ts';
import { downloadEngine, findEngineDownload } from './engine-download.ts';
import { climb, type Say, type Way } from './ladder.ts';
import { findVersioned, runStep } from './programs.ts';

/** The engine to use: one that runs somewhere, or a program to start. `how` says in one line where it comes from. */
export type EngineProgram =
  | { readonly kind: 'address'; readonly address: string; readonly how: string }
  | { readonly kind: 'program'; readonly path: string; readonly how: string };

const version = '1.8.2';
const leastServer = '1.29.0';
// An older Go of this line fetches the newer one that go.mod asks for by itself.
const leastGo = '1.21.0';
const toolModule = fileURLToPath(new URL('../../tools/temporal-cli/', import.meta.url));

/** The ways to come by the engine, best first. */
export function engineWays(env: NodeJS.ProcessEnv = process.env): readonly Way<EngineProgram>[] {
  const cached = join(
    cacheFolder(env),
    `temporal-v${version}-${process.platform}-${process.arch}`,
    'temporal',
  );
  const temporalOnPath = () =>
    findVersioned({
      program: 'temporal',
      args: ['--version'],
      pattern: /Server (\d+\.\d+\.\d+)/,
      least: leastServer,
      env,
    });
  const goOnPath = () =>
    findVersioned({
      program: 'go',
      args: ['version'],
      pattern: /go(\d+\.\d+(?:\.\d+)?)/,
      least: leastGo,
      env,
    });
  const program = (path: string, how: string): EngineProgram => ({ kind: 'program', path, how });

  const fill = (say: Say, make: (target: string) => Promise<void>): Promise<void> =>
    fillCache('engine', cached, make, say);

  return [
    {
      name: 'address in TEMPORAL_ADDRESS',
      remedy: 'set TEMPORAL_ADDRESS to host:port of a Temporal server',
      look: async () => {
        const address = env.TEMPORAL_ADDRESS;
        if (!address) throw new Error('it is not set');
        return { state: 'ready', detail: address };
      },
      take: async () => {
        const address = env.TEMPORAL_ADDRESS as string;
        return { kind: 'address', address, how: `Temporal at ${address} (TEMPORAL_ADDRESS)` };
      },
    },
    {
      name: 'temporal on PATH',
      remedy: 'install the Temporal CLI (https://docs.temporal.io/cli#install)',
      look: async () => {
        const { path, version: server } = await temporalOnPath();
        return { state: 'ready', detail: `${path}, server ${server}` };
      },
      take: async () => {
        const { path } = await temporalOnPath();
        return program(path, `Temporal CLI on PATH (${path})`);
      },
    },
    {
      name: 'cache',
      remedy: 'nothing to install: one of the ways below fills it',
      look: async () => {
        if (!(await isThere(cached))) throw new Error(`${cached} is not there yet`);
        return { state: 'ready', detail: cached };
      },
      take: async () => program(cached, `Temporal CLI v${version} from the cache (${cached})`),
    },
    {
      name: 'official download',
      remedy: 'allow https to temporal.download',
      look: async () => ({ state: 'possible', detail: (await findEngineDownload(version)).archiveUrl }),
      take: async (say) => {
        say(`engine: downloading Temporal CLI v${version} (about 50 MB)`);
        await fill(say, (target) => downloadEngine(version, target));
        return program(cached, `Temporal CLI v${version}, downloaded (${cached})`);
      },
    },
    {
      name: 'build by Go from the module proxy',
      remedy: `install Go ${leastGo} or newer (https://go.dev/dl) and allow the Go module proxy`,
      look: async () => {
        const { path, version: go } = await goOnPath();
        return { state: 'possible', detail: `${path} ${go}; takes 3 to 7 minutes, once` };
      },
      take: async (say) => {
        const { path: go } = await goOnPath();
        const what =
          `engine: building Temporal CLI v${version} with Go, once for this user, expected 3 to 7 minutes` +
          ' (faster: install the Temporal CLI, or set TEMPORAL_ADDRESS)';
        await fill(say, async (target) => {
          const flags = ['-mod=readonly', '-buildvcs=false', '-ldflags', '-s -w'];
          const args = ['build', ...flags, '-o', target, 'github.com/temporalio/cli/cmd/temporal'];
          await runStep({ command: go, args, cwd: toolModule, tell: { say, what } });
        });
        return program(cached, `Temporal CLI v${version}, built by Go (${cached})`);
      },
    },
  ];
}

/**
 * Finds or makes the engine, and says in one line which way it took.
 * @throws {TributaryError} ENGINE_NOT_FOUND listing each way and what went wrong.
 */
export async function ensureEngine({
  say,
  env = process.env,
}: {
  readonly say: Say;
  readonly env?: NodeJS.ProcessEnv;
}): Promise<EngineProgram> {
  const found = await climb('ENGINE_NOT_FOUND', 'engine (Temporal)', engineWays(env), say);
  say(`engine: ${found.how}`);
  return found;
}
