// The first command after a clone: `npm start`, `npm test` and the like come here with nothing installed yet.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { runCommandLine } from './command-line.mjs';
import { checkNode, install, root } from './install.mjs';

/** What runs from its TypeScript source; the environment that it adds. */
const scripts = {
  test: { script: 'tools/test.ts' },
  chaos: { script: 'tools/test.ts', env: { TRIBUTARY_CHAOS: '1' }, first: ['test/chaos'] },
  'test-store': { script: 'tools/test-store.ts' },
  golden: { script: 'tools/with-services.ts', first: ['tools/golden.ts'] },
  bench: { script: 'bench/main.ts' },
};

function runScript({ script, env = {}, first = [] }, args) {
  checkNode();
  install();
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, script), ...first, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  // Ctrl-C reaches the child too; it stops what it started, and we wait for that.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
}

async function main([target, ...args]) {
  if (target === 'start') return runCommandLine(['start', ...args]);
  const script = scripts[target];
  if (!script) {
    process.stderr.write(
      `usage: node tools/bootstrap.mjs start|${Object.keys(scripts).join('|')} [arguments]\n`,
    );
    process.exitCode = 2;
    return undefined;
  }
  return runScript(script, args);
}

await main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`tributary: ${error.message}\n`);
  process.exitCode = 1;
});
