import { type Command, Option } from 'commander';
import type {
  ConnectorDefinition,
  ReportDefinition,
  ResourceDefinition,
} from '../../../connectors/definition.ts';
import type { ReadRequest } from '../../../connectors/source.ts';
import type { AccessOptions } from '../connector/access.ts';
import { type OtherKind, otherKinds } from '../connector/kind-skeleton.ts';
import { createLineWriter, type RunOptions, writeRows } from '../connector/rows.ts';
import { authKinds, paginationKinds, type SkeletonOptions } from '../connector/skeleton.ts';
import { trialLines } from '../connector/trial-lines.ts';
import { contextOf } from '../context.ts';
import { exitCodes, UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { addProgramCommands } from './connector-programs.ts';
import { collect, parseCount } from './shared.ts';

// Reading definitions and apps takes long to load: no other verb waits for it.
const validating = () => import('../connector/validate.ts');

/** @throws {UsageError} when the app offers no such resource */
function resourceOf({ id, resources }: ConnectorDefinition, wanted: string): ResourceDefinition {
  const found = resources.find((resource) => resource.id === wanted);
  if (found) return found;
  const all = resources.map((resource) => resource.id).join(', ');
  throw new UsageError(`${id} has no resource "${wanted}"; it has ${all}.`);
}

/** @throws {UsageError} when the app offers no such report */
function reportOf({ id, reports }: ConnectorDefinition, wanted: string): ReportDefinition {
  const found = reports.find((report) => report.id === wanted);
  if (found) return found;
  const all = reports.map((report) => report.id).join(', ');
  throw new UsageError(`${id} has no report "${wanted}"; it has ${all || 'none'}.`);
}

/** Which day a report is of. */
interface DateOptions {
  readonly date?: string;
  readonly zone: string;
}

/** @throws {UsageError} when no date is given */
function dateOf({ date, zone }: DateOptions): { readonly date: string; readonly timeZone: string } {
  if (date === undefined) throw new UsageError('A report is of one date: add --date 2017-11-05.');
  return { date, timeZone: zone };
}

/** @throws {UsageError} when a date is given, though no report is named */
function withoutDate({ date }: DateOptions): void {
  if (date !== undefined) throw new UsageError('A date belongs to a report: name it by --report.');
}

const withDate = (command: Command): Command =>
  command
    .option('--date <date>', 'the date of the report, YYYY-MM-DD')
    .option('--zone <zone>', 'time zone in which the date begins and ends, for apps that take times', 'UTC');

const aboutPrivate = `
Private addresses, also of this machine, may be asked here: it is you who asks.
Nothing is stored, and neither an engine nor a store is needed.`;

/** The options by which an app is reached. */
const withAccess = (command: Command): Command =>
  command
    .option('--base-url <url>', 'address of the app')
    .option('--user <name>', 'user name, or client id of client credentials')
    .option(
      '--secret-file <file>',
      'file with the key, token, password or client secret, or the configuration (default: TRIBUTARY_APP_SECRET)',
    )
    .option('--token-file <file>', 'file with an access token, for OAuth')
    .option(
      '--program <path>',
      'program of a Singer tap or an Airbyte source (default: TRIBUTARY_SOURCE_PROGRAMS)',
    )
    .option('--param <name=value>', 'parameter of the connection; may be given several times', collect);

/** `tributary connector` */
export function addConnector(program: Command): void {
  const group = program.command('connector').description('connector definitions: write and try them');
  addValidate(group);
  addNew(group);
  addTest(group);
  addRun(group);
  addProgramCommands(group);
}

function addValidate(group: Command): void {
  group
    .command('validate')
    .argument('<file...>', 'definition files')
    .description('check definition files; each fault with line, path, what was expected and an example')
    .addHelpText(
      'after',
      examples('tributary connector validate tickets.yaml', 'tributary connector validate connectors/*.yaml'),
    )
    .action(async (files: readonly string[], _options: unknown, command: Command) => {
      const context = contextOf(command);
      const { validateFiles } = await validating();
      const checked = validateFiles(files);
      const ok = checked.every((file) => file.ok);
      context.answer({ ok, files: checked }, () => checked.flatMap(({ lines }) => lines));
      if (!ok) process.exitCode = exitCodes.failed;
    });
}

interface NewOptions extends Pick<SkeletonOptions, 'auth' | 'pagination'> {
  readonly resource?: readonly string[];
  readonly baseUrl?: string;
  readonly file?: string;
  readonly kind: 'rest' | OtherKind;
}

function addNew(group: Command): void {
  group
    .command('new')
    .argument('<id>', 'id of the app: a-z, 0-9, - and _')
    .description('write a definition to begin with, with comments that say what to change')
    .addOption(
      new Option('--kind <kind>', 'what kind of source it is: asked over HTTP, a program, or files')
        .choices(['rest', ...otherKinds])
        .default('rest'),
    )
    .addOption(
      new Option('--auth <kind>', 'how the app is authorized at').choices(authKinds).default('bearer'),
    )
    .addOption(
      new Option('--pagination <kind>', 'how pages follow each other')
        .choices(paginationKinds)
        .default('cursor'),
    )
    .option('--resource <id>', 'a resource; may be given several times (default: items)', collect)
    .option('--base-url <url>', 'address of the app, where all companies have the same')
    .option('--file <file>', 'where to write it (default: <id>.yaml)')
    .addHelpText(
      'after',
      examples(
        'tributary connector new tickets',
        'tributary connector new shop --auth apiKey --pagination page --resource orders --resource customers',
        'tributary connector new imports --kind file --resource orders',
      ),
    )
    .action(async (id: string, { resource, kind, ...options }: NewOptions, command: Command) => {
      const context = contextOf(command);
      const { writeSkeleton } = await import('../connector/write-skeleton.ts');
      const file = await writeSkeleton({ id, ...options, kind, resources: resource ?? ['items'] });
      context.answer({ file }, () => [
        `Wrote ${file}. Next: put in what the app's documentation says, then`,
        `  tributary connector validate ${file}`,
        `  tributary connector test ${file}${options.baseUrl || kind !== 'rest' ? '' : ' --base-url <url>'} --secret-file <file>`,
      ]);
    });
}

function addTest(group: Command): void {
  withDate(
    withAccess(
      group
        .command('test')
        .argument('<file>', 'definition file')
        .description('test the connection, then read one page of each resource and judge its rows'),
    )
      .option('--resource <id>', 'only this resource; may be given several times', collect)
      .option('--report <id>', 'only this report of one date; may be given several times', collect),
  )
    .addHelpText(
      'after',
      `${aboutPrivate}
Ends 0 only if the connection stands and all rows fit.
${examples(
  'tributary connector test tickets.yaml --base-url https://desk.example.com --secret-file key.txt',
  'tributary connector test shop.yaml --token-file token.txt --param shop=acme --resource orders',
  'tributary connector test storefront.yaml --token-file token.txt --report sales --date 2017-11-05',
)}`,
    )
    .action(
      async (
        file: string,
        options: AccessOptions &
          DateOptions & { readonly resource?: readonly string[]; readonly report?: readonly string[] },
        command: Command,
      ) => {
        const { readDefinition } = await validating();
        const { tryConnector } = await import('../connector/trial.ts');
        const definition = readDefinition(file);
        const reports = options.report?.map((id) => reportOf(definition, id)) ?? [];
        if (reports.length === 0) withoutDate(options);
        const all = reports.length > 0 ? [] : definition.resources;
        const resources = options.resource?.map((id) => resourceOf(definition, id)) ?? all;
        const dated = reports.length > 0 ? { reports, ...dateOf(options) } : undefined;
        const trial = await tryConnector(definition, resources, options, dated);
        contextOf(command).answer(trial, () => trialLines(trial));
        if (!trial.ok) process.exitCode = exitCodes.failed;
      },
    );
}

function addRun(group: Command): void {
  withDate(
    withAccess(
      group
        .command('run')
        .argument('<file>', 'definition file')
        .description(
          'print the rows of a resource or a report as JSON lines, as the app gives them; progress on stderr',
        ),
    )
      .option('--resource <id>', 'the resource, where the app has several')
      .option('--report <id>', 'in its place a report of one date'),
  )
    .option('--since <cursor>', 'only what changed since then (incremental)')
    .option('--limit <rows>', 'rows at most', parseCount)
    .option('--pages <count>', 'pages at most', parseCount)
    .addHelpText(
      'after',
      `${aboutPrivate}
${examples(
  'tributary connector run tickets.yaml --base-url https://desk.example.com --secret-file key.txt > tickets.jsonl',
  'tributary connector run shop.yaml --token-file token.txt --resource orders --since 2024-05-01T00:00:00Z | head -1',
  'tributary connector run storefront.yaml --token-file token.txt --report sales --date 2017-11-05',
)}`,
    )
    .action(async (file: string, options: RunReportOptions) => {
      const { readDefinition } = await validating();
      const definition = readDefinition(file);
      if (options.report !== undefined) return runReport(definition, options.report, options);
      withoutDate(options);
      const [only, ...others] = definition.resources;
      if (options.resource === undefined && others.length > 0)
        throw new UsageError(
          `Name one resource by --resource: ${definition.resources.map(({ id }) => id).join(', ')}.`,
        );
      const resource = resourceOf(definition, options.resource ?? only?.id ?? '');
      if (options.since !== undefined && resource.incremental === undefined)
        throw new UsageError(`${resource.id} has no incremental reads: leave --since out.`);
      const { openAccess } = await import('../connector/access.ts');
      const access = await openAccess(definition, options);
      try {
        await writeRows(access, resource, options, createLineWriter(), (line) => console.error(line));
      } finally {
        await access.close();
      }
    });
}

interface RunReportOptions extends AccessOptions, RunOptions, DateOptions {
  readonly resource?: string;
  readonly report?: string;
}

/** Prints the rows of a report of one date. */
async function runReport(definition: ConnectorDefinition, id: string, options: RunReportOptions) {
  const report = reportOf(definition, id);
  if (options.resource !== undefined) throw new UsageError('Name a resource or a report, not both.');
  if (options.since !== undefined) throw new UsageError('A report is of one date: leave --since out.');
  const day = dateOf(options);
  const { openAccess } = await import('../connector/access.ts');
  const { reportPages } = await import('../connector/report-pages.ts');
  const { reportResource } = await import('../../../connectors/report-resource.ts');
  const note = (line: string) => console.error(line);
  const access = await openAccess(definition, options);
  const read = ({ signal, onWait }: ReadRequest) =>
    reportPages(access.reports(), { report: id, ...day, signal, ...(onWait ? { onWait } : {}) }, note);
  try {
    await writeRows({ source: { read } }, reportResource(report), options, createLineWriter(), note);
  } finally {
    await access.close();
  }
}
