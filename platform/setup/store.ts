import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, fillCache, isThere } from './cache.ts';
import { climb, type Say, type Way } from './ladder.ts';
import { findVersioned, runStep } from './programs.ts';
import { downloadMongod, findCachedMongod, probeMongoDownload } from './store-download.ts';

/** The store to use: one that runs somewhere, or a program to start. `how` says in one line where it comes from. */
export type StoreProgram =
  | { readonly kind: 'address'; readonly uri: string; readonly how: string }
  | { readonly kind: 'mongod'; readonly path: string; readonly how: string }
  | {
      readonly kind: 'java';
      readonly java: string;
      readonly classPath: string;
      /** Class, or source file, to be run in place of `Store`. */
      readonly main?: string;
      readonly how: string;
    };

const leastMongod = '5.0.0';
const leastJava = '17';
const sources = fileURLToPath(new URL('./embedded-store/', import.meta.url));

/** Paths, always in the same order. */
const javaSources = (): string[] =>
  readdirSync(sources)
    .filter((file) => file.endsWith('.java'))
    .sort()
    .map((file) => join(sources, file));

/** A MongoDB address without its password. */
export const withoutPassword = (uri: string): string => uri.replace(/\/\/[^@/]*@/, '//');

type EmbeddedKind = 'mongod' | 'java';

/** A way to the store; `reads` names the kind of embedded data that it works on. */
export interface StoreWay extends Way<StoreProgram> {
  readonly reads?: EmbeddedKind;
}

/** The ways to come by the store, best first. */
export function storeWays(env: NodeJS.ProcessEnv = process.env): readonly StoreWay[] {
  const cache = cacheFolder(env);
  const mongodOnPath = () =>
    findVersioned({
      program: 'mongod',
      args: ['--version'],
      pattern: /db version v(\d+\.\d+\.\d+)/,
      least: leastMongod,
      env,
    });
  const javaOnPath = () =>
    findVersioned({ program: 'java', args: ['-version'], pattern: /version "(\d+)/, least: leastJava, env });
  const javacOnPath = () =>
    findVersioned({ program: 'javac', args: ['-version'], pattern: /javac (\d+)/, least: leastJava, env });
  const mavenOnPath = () =>
    findVersioned({ program: 'mvn', args: ['-v'], pattern: /Maven (\d+\.\d+\.\d+)/, least: '3.6.0', env });

  const digest = createHash('sha256');
  for (const file of [join(sources, 'pom.xml'), ...javaSources()]) digest.update(readFileSync(file));
  const embedded = join(cache, `embedded-store-${digest.digest('hex').slice(0, 12)}`);
  const classPath = [join(embedded, 'classes'), join(embedded, 'lib', '*')].join(delimiter);

  return [
    {
      name: 'address in MONGODB_URI',
      remedy: 'set MONGODB_URI to the address of a MongoDB',
      look: async () => {
        const uri = env.MONGODB_URI;
        if (!uri) throw new Error('it is not set');
        return { state: 'ready', detail: withoutPassword(uri) };
      },
      take: async () => {
        const uri = env.MONGODB_URI as string;
        return { kind: 'address', uri, how: `MongoDB at ${withoutPassword(uri)} (MONGODB_URI)` };
      },
    },
    {
      name: 'mongod on PATH',
      reads: 'mongod',
      remedy: 'install MongoDB (https://www.mongodb.com/docs/manual/installation)',
      look: async () => {
        const { path, version } = await mongodOnPath();
        return { state: 'ready', detail: `${path} ${version}` };
      },
      take: async () => {
        const { path, version } = await mongodOnPath();
        return { kind: 'mongod', path, how: `mongod ${version} on PATH (${path})` };
      },
    },
    {
      name: 'official download',
      reads: 'mongod',
      remedy: 'allow https to fastdl.mongodb.org',
      look: async () => {
        const cached = await findCachedMongod(cache);
        if (cached) return { state: 'ready', detail: cached };
        await probeMongoDownload();
        return { state: 'possible', detail: 'fastdl.mongodb.org answers' };
      },
      take: async (say) => {
        if (!(await findCachedMongod(cache))) say('store: downloading mongod (about 80 MB)');
        const path = await downloadMongod(cache);
        return { kind: 'mongod', path, how: `mongod, downloaded (${path})` };
      },
    },
    {
      name: 'mongo-java-server by Maven',
      reads: 'java',
      remedy: `install a JDK ${leastJava} or newer and Maven (Debian: apt-get install default-jdk-headless maven; macOS: brew install openjdk maven)`,
      look: async () => {
        const { version } = await javaOnPath();
        if (await isThere(embedded)) return { state: 'ready', detail: embedded };
        await Promise.all([javacOnPath(), mavenOnPath()]);
        return { state: 'possible', detail: `Java ${version} and Maven; takes about a minute, once` };
      },
      take: async (say) => {
        const { path: java } = await javaOnPath();
        if (!(await isThere(embedded))) {
          const [{ path: javac }, { path: maven }] = await Promise.all([javacOnPath(), mavenOnPath()]);
          await fillCache('store', embedded, (target) => buildEmbedded(maven, javac, target, say), say);
        }
        return {
          kind: 'java',
          java,
          classPath,
          how: `mongo-java-server with a file of its own (${embedded})`,
        };
      },
    },
  ];
}

async function buildEmbedded(maven: string, javac: string, target: string, say: Say): Promise<void> {
  const lib = join(target, 'lib');
  await mkdir(lib, { recursive: true });
  // Maven wants to write beside its pom.xml; the checkout may be read-only.
  await copyFile(join(sources, 'pom.xml'), join(target, 'pom.xml'));
  const what =
    'store: fetching mongo-java-server with Maven, once for this user, expected 1 minute' +
    ' (faster: install MongoDB, or set MONGODB_URI)';
  const copy = [
    '-q',
    '-B',
    '-ntp',
    'dependency:copy-dependencies',
    `-DoutputDirectory=${lib}`,
    '-DincludeScope=runtime',
  ];
  await runStep({ command: maven, args: copy, cwd: target, tell: { say, what } });
  const compile = ['-d', join(target, 'classes'), '-cp', join(lib, '*'), ...javaSources()];
  await runStep({ command: javac, args: compile });
}

/**
 * Finds or makes the store, and says in one line which way it took.
 * @param dataFolder if it holds data of one kind of store, only that kind is taken: another could not read them
 * @throws {TributaryError} STORE_NOT_FOUND listing each way and what went wrong.
 */
export async function ensureStore({
  say,
  dataFolder,
  env = process.env,
}: {
  readonly say: Say;
  readonly dataFolder?: string;
  readonly env?: NodeJS.ProcessEnv;
}): Promise<StoreProgram> {
  const ways = storeWays(env).map((way) => (dataFolder ? keepingData(way, dataFolder) : way));
  const found = await climb('STORE_NOT_FOUND', 'store (MongoDB)', ways, say);
  say(`store: ${found.how}`);
  return found;
}

/** Where each kind of embedded store keeps its data. */
export const storeData = {
  mongod: (dataFolder: string): string => join(dataFolder, 'mongod'),
  java: (dataFolder: string): string => join(dataFolder, 'store.mv.db'),
} as const;

function keepingData(way: StoreWay, dataFolder: string): StoreWay {
  const { reads } = way;
  if (!reads) return way;
  const others = storeData[reads === 'java' ? 'mongod' : 'java'](dataFolder);
  return {
    ...way,
    look: async () => {
      if ((await isThere(others)) && !(await isThere(storeData[reads](dataFolder)))) {
        throw new Error(`it cannot read the data that are there (${others})`);
      }
      return way.look();
    },
  };
}
