import { type Command, Option } from 'commander';
import type { ConnectorDefinition, ResourceDefinition } from '../../../connectors/definition.ts';
import type { AccessOptions } from '../connector/access.ts';
import { createLineWriter, type RunOptions, writeRows } from '../connector/rows.ts';
import { authKinds, paginationKinds, type SkeletonOptions } from '../connector/skeleton.ts';
import { trialLines } from '../connector/trial-lines.ts';
import { contextOf } from '../context.ts';
import { exitCodes, UsageError } from '../exit.ts';
import { examples } from '../help.ts';
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
      'file with the key, token, password or client secret (default: TRIBUTARY_APP_SECRET)',
    )
    .option('--token-file <file>', 'file with an access token, for OAuth')
    .option('--param <name=value>', 'parameter of the connection; may be given several times', collect);

/** `tributary connector` */
export function addConnector(program: Command): void {
  const group = program.command('connector').description('connector definitions: write and try them');
  addValidate(group);
  addNew(group);
  addTest(group);
  addRun(group);
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
}

function addNew(group: Command): void {
  group
    .command('new')
    .argument('<id>', 'id of the app: a-z, 0-9, - and _')
    .description('write a definition to begin with, with comments that say what to change')
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
      ),
    )
    .action(async (id: string, { resource, ...options }: NewOptions, command: Command) => {
      const context = contextOf(command);
      const { writeSkeleton } = await import('../connector/write-skeleton.ts');
      const file = await writeSkeleton({ id, ...options, resources: resource ?? ['items'] });
      context.answer({ file }, () => [
        `Wrote ${file}. Next: put in what the app's documentation says, then`,
        `  tributary connector validate ${file}`,
        `  tributary connector test ${file}${options.baseUrl ? '' : ' --base-url <url>'} --secret-file <file>`,
      ]);
    });
}

function addTest(group: Command): void {
  withAccess(
    group
      .command('test')
      .argument('<file>', 'definition file')
      .description('test the connection, then read one page of each resource and judge its rows'),
  )
    .option('--resource <id>', 'only this resource; may be given several times', collect)
    .addHelpText(
      'after',
      `${aboutPrivate}
Ends 0 only if the connection stands and all rows fit.
${examples(
  'tributary connector test tickets.yaml --base-url https://desk.example.com --secret-file key.txt',
  'tributary connector test shop.yaml --token-file token.txt --param shop=acme --resource orders',
)}`,
    )
    .action(
      async (
        file: string,
        options: AccessOptions & { readonly resource?: readonly string[] },
        command: Command,
      ) => {
        const { readDefinition } = await validating();
        const { tryConnector } = await import('../connector/trial.ts');
        const definition = readDefinition(file);
        const resources = options.resource?.map((id) => resourceOf(definition, id)) ?? definition.resources;
        const trial = await tryConnector(definition, resources, options);
        contextOf(command).answer(trial, () => trialLines(trial));
        if (!trial.ok) process.exitCode = exitCodes.failed;
      },
    );
}

function addRun(group: Command): void {
  withAccess(
    group
      .command('run')
      .argument('<file>', 'definition file')
      .description('print the rows of a resource as JSON lines, as the app gives them; progress on stderr'),
  )
    .option('--resource <id>', 'the resource, where the app has several')
    .option('--since <cursor>', 'only what changed since then (incremental)')
    .option('--limit <rows>', 'rows at most', parseCount)
    .option('--pages <count>', 'pages at most', parseCount)
    .addHelpText(
      'after',
      `${aboutPrivate}
${examples(
  'tributary connector run tickets.yaml --base-url https://desk.example.com --secret-file key.txt > tickets.jsonl',
  'tributary connector run shop.yaml --token-file token.txt --resource orders --since 2024-05-01T00:00:00Z | head -1',
)}`,
    )
    .action(async (file: string, options: AccessOptions & RunOptions & { readonly resource?: string }) => {
      const { readDefinition } = await validating();
      const definition = readDefinition(file);
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
