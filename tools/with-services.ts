// Runs a script with the engine, the store and the workflow bundle that the tests have: with-services.ts script [arguments]
import { runNode } from './run.ts';
import { startTestServices } from './services.ts';

const services = await startTestServices('memory', console.error);
try {
  process.exitCode = await runNode(['--import', 'tsx', ...process.argv.slice(2)], services.env);
} finally {
  await services.stop();
}
