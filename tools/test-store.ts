// npm run test:store [-- --uri mongodb://...]: the store's contract tests alone, against any MongoDB.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startStore } from '../platform/setup/start-store.ts';
import { ensureStore } from '../platform/setup/store.ts';
import { runNode } from './run.ts';
import { root } from './services.ts';

const { values } = parseArgs({ options: { uri: { type: 'string' } } });
const folder = join('test', 'stores');
const files = existsSync(join(root, folder))
  ? readdirSync(join(root, folder)).filter((file) => /^contract.*\.test\.ts$/.test(file))
  : [];
const env = values.uri ? { ...process.env, MONGODB_URI: values.uri } : process.env;
const program = await ensureStore({ say: console.log, env });
const store = await startStore({ program });
try {
  const tests = files.map((file) => join(folder, file));
  const testEnv = { TEST_MONGODB_URI: store.uri, TEST_STORE_HOW: `${program.kind} memory` };
  process.exitCode = tests.length === 0 ? 1 : await runNode(['--test', ...tests], testEnv);
} finally {
  await store.stop();
}
