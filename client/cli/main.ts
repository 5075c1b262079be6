// The command line: `tributary <command> ...`.
import { runCommandLine } from './program.ts';

const args = process.argv.slice(2);
await runCommandLine(args);
// What `start` had under way when it was stopped has nothing left to work on, and must not hold the process.
if (args.find((arg) => !arg.startsWith('-')) === 'start') process.exit();
