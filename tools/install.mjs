// Runs before anything is installed: only Node's own modules, no TypeScript.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's top folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Ends the process if this Node is too old for package.json. */
export function checkNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const least = engines.node.replace('>=', '');
  if (process.versions.node.localeCompare(least, 'en', { numeric: true }) < 0) {
    process.stderr.write(
      `Tributary needs Node ${least} or newer; this is ${process.version} (${process.execPath}).\n` +
        'Install it from https://nodejs.org, or with a version manager: nvm install 20\n',
    );
    process.exit(1);
  }
}

/** Whether node_modules holds what package-lock.json says; npm notes at the end of an installation what it put there. */
function isInstalled() {
  const noted = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(noted)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(noted, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    // Of the optional ones each platform takes its own.
    if (!present[path]) return optional === true;
    return present[path].version === version;
  });
}

/** Runs `npm ci` if node_modules is missing or is not what package-lock.json says. */
export function install() {
  if (isInstalled()) return;
  process.stderr.write('tributary: installing packages (npm ci), expected 1 minute or less\n');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--include=dev'];
  // Through npx or npm start the running npm names itself; npx's own script has another name.
  const [command, first] = npm?.endsWith('npm-cli.js') ? [process.execPath, [npm]] : ['npm', []];
  const { status, error } = spawnSync(command, [...first, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    process.stderr.write(
      `tributary: npm ci failed (${error?.message ?? `code ${status}`}). Its reason stands above; run "npm ci" again by hand to look closer.\n`,
    );
    process.exit(1);
  }
}
