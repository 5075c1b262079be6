// Makes dist/: the JavaScript of all parts, the prebuilt workflow bundle, and the files that are not code.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './install.mjs';

const parts = [
  'domain',
  'workflows',
  'activities',
  'connectors',
  'destinations',
  'stores',
  'platform',
  'workers',
  'client',
  'dashboard',
  'examples',
  'tools/temporal-cli',
];
const settings = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tools/tsconfig.build.json',
  'tools/dist.mjs',
];
const dist = join(root, 'dist');
const stamp = join(dist, '.sources');

/** Every file of a part, as paths from the root. */
function filesOf(part) {
  const folder = join(root, part);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)));
}

/** What dist is made from: changes when a source is added, changed or removed. */
function sourcesDigest(files) {
  const digest = createHash('sha256');
  for (const file of [...settings, ...files].sort()) {
    const { mtimeMs, size } = statSync(join(root, file));
    digest.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return digest.digest('hex');
}

/**
 * Builds dist if it is missing or older than its sources.
 * @throws if the compiler finds a fault
 */
export async function buildIfStale() {
  const files = parts.flatMap(filesOf);
  const digest = sourcesDigest(files);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;

  process.stderr.write('tributary: building dist\n');
  // Made aside and moved at the end: what is in dist is always whole.
  const target = join(root, 'node_modules', `.dist-${process.pid}`);
  try {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const args = [tsc, '-p', join(root, 'tools', 'tsconfig.build.json'), '--outDir', target];
    const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new Error('The compiler found faults; they stand above.');

    for (const file of files.filter((name) => !name.endsWith('.ts'))) {
      mkdirSync(dirname(join(target, file)), { recursive: true });
      cpSync(join(root, file), join(target, file));
    }
    await bundleWorkflows(join(target, 'workflow-bundle.js'));
    writeFileSync(join(target, '.sources'), digest);
    putInPlace(target, digest);
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

/** Takes the place of dist. Another program may build at the same time: whoever comes second finds it done. */
function putInPlace(target, digest) {
  const old = `${target}-old`;
  for (;;) {
    attempt(() => renameSync(dist, old), 'ENOENT');
    rmSync(old, { recursive: true, force: true });
    if (attempt(() => renameSync(target, dist), 'ENOTEMPTY', 'EEXIST')) return;
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  }
}

/** Whether it was done; false for these codes. */
function attempt(action, ...codes) {
  try {
    action();
    return true;
  } catch (error) {
    if (codes.includes(error.code)) return false;
    throw error;
  }
}

async function bundleWorkflows(target) {
  const workflowsPath = join(root, 'workflows', 'index.ts');
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const quiet = { trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error, log() {} };
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: quiet });
  writeFileSync(target, code);
}
