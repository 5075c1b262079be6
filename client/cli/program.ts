import { Command, CommanderError } from 'commander';
import { addAirtable } from './commands/airtable.ts';
import { addAlert } from './commands/alert.ts';
import { addApp } from './commands/app.ts';
import { addAttention } from './commands/attention.ts';
import { addAutomation } from './commands/automation.ts';
import { addBenchmark } from './commands/benchmark.ts';
import { addChecks } from './commands/checks.ts';
import { addCleaning } from './commands/cleaning.ts';
import { addCompany } from './commands/company.ts';
import { addConnect } from './commands/connect.ts';
import { addConnection } from './commands/connection.ts';
import { addConnector } from './commands/connector.ts';
import { addControl } from './commands/control.ts';
import { addDatapoints } from './commands/datapoints.ts';
import { addDedup } from './commands/dedup.ts';
import { addDemo } from './commands/demo.ts';
import { addDestination } from './commands/destination.ts';
import { addDiagnose } from './commands/diagnose.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEvents } from './commands/events.ts';
import { addForecast } from './commands/forecast.ts';
import { addInsights } from './commands/insights.ts';
import { addKeys } from './commands/keys.ts';
import { addQuarantine } from './commands/quarantine.ts';
import { addReceipt } from './commands/receipt.ts';
import { addRecords } from './commands/records.ts';
import { addReport } from './commands/report.ts';
import { addReportType } from './commands/report-type.ts';
import { addResource } from './commands/resource.ts';
import { addService } from './commands/service.ts';
import { addServices } from './commands/services.ts';
import { addSession } from './commands/session.ts';
import { addSetup } from './commands/setup.ts';
import { addStart } from './commands/start.ts';
import { addSync } from './commands/sync.ts';
import { addToken } from './commands/token.ts';
import { addWatchdog } from './commands/watchdog.ts';
import { addWebhook } from './commands/webhook.ts';
import { addWhy } from './commands/why.ts';
import { exitCodeOf, exitCodes, exitCodesHelp, UsageError } from './exit.ts';
import { failureLine, problemOf } from './failure.ts';
import { examples } from './help.ts';

function createProgram(): Command {
  const program = new Command('tributary')
    .description("Carries companies' data from third-party apps through durable, visible, lossless sessions.")
    .option('--json', 'print the answer as JSON; failures as problem documents')
    .option('--url <url>', 'address of the API (default: TRIBUTARY_URL, else the local one)')
    .option('--token <token>', 'token of the API (default: TRIBUTARY_TOKEN, else the local one)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .showHelpAfterError('Add --help for the options and examples.')
    .addHelpText(
      'after',
      `${examples('tributary start', 'tributary connection list', 'tributary why storefront-west')}\n\n${exitCodesHelp}`,
    );
  const adders = [
    ...[addStart, addDoctor, addSetup, addServices, addWatchdog, addService, addDiagnose],
    ...[
      addApp,
      addCompany,
      addConnect,
      addConnection,
      addResource,
      addConnector,
      addWebhook,
      addSession,
      addWhy,
      addRecords,
      addDatapoints,
      addChecks,
      addForecast,
      addInsights,
      addQuarantine,
      addCleaning,
      addDedup,
      addDestination,
      addSync,
      addBenchmark,
      addAutomation,
      addControl,
      addAirtable,
      addAttention,
      addReportType,
      addReport,
      addAlert,
      addEvents,
      addReceipt,
      addKeys,
      addToken,
      addDemo,
    ],
  ];
  for (const add of adders) add(program);
  return program;
}

const printProblem = (error: unknown): void => console.log(JSON.stringify(problemOf(error), null, 2));

/** Also of the verbs below. */
function silent(command: Command): Command {
  command.configureOutput({ writeErr: () => undefined });
  for (const verb of command.commands) silent(verb);
  return command;
}

/** Runs one command line; what is wrong is printed, and becomes the exit code. @param args Without program and script. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const json = args.includes('--json');
  const program = createProgram();
  try {
    await (json ? silent(program) : program).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // It has printed what is wrong, or the help that was asked for; with --json what is wrong is left to us.
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
      if (json && error.exitCode !== 0) printProblem(new UsageError(error.message.replace(/^error: /, '')));
      return;
    }
    if (json) printProblem(error);
    else console.error(`tributary: ${failureLine(error)}`);
    process.exitCode = exitCodeOf(error);
  }
}
