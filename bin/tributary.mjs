#!/usr/bin/env node
// `npx tributary ...` in a checkout.
import { runCommandLine } from '../tools/command-line.mjs';

await runCommandLine(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`tributary: ${error.message}\n`);
  process.exitCode = 1;
});
