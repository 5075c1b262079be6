import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { Company, CompanyDeleting, CompanyDetail, CompanyReceipt } from '../../api/schemas/companies.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { counted, formatFacts, formatTable } from '../output/table.ts';

/** `tributary company` */
export function addCompany(program: Command): void {
  const group = program.command('company').description('the companies whose data is shared');
  group
    .command('create')
    .argument('<id>', 'a slug such as acme')
    .argument('<name>', 'what people call it')
    .description('make a company, or give it another name')
    .addHelpText('after', examples('tributary company create acme "Acme Ltd"'))
    .action(async (id: string, name: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const company = await (await context.api()).createCompany({ id, name });
      context.answer(company, () => [`${company.id}: ${company.name}`]);
    });
  group
    .command('list')
    .description('list the companies, each with one line about its connections; the worst first')
    .option('--deleted', 'those that were deleted, too')
    .addHelpText('after', examples('tributary company list', 'tributary company list --json'))
    .action(async ({ deleted = false }: { readonly deleted?: boolean }, command: Command) => {
      const context = contextOf(command);
      const { companies } = await (await context.api()).listCompanies({ deleted });
      context.list(companies, companies, [
        { title: 'company', value: ({ id }) => id },
        { title: 'name', value: ({ name }) => name },
        { title: 'status', value: ({ statusLine }) => statusLine, widest: 100 },
        { title: 'since', value: ({ createdAt }) => createdAt },
      ]);
    });
  group
    .command('show')
    .argument('<company>', 'company id')
    .description('show a company with its connections')
    .addHelpText('after', examples('tributary company show acme'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const company = await (await context.api()).getCompany(id);
      context.answer(company, () => companyLines(company));
    });
  group
    .command('settings')
    .argument('<company>', 'company id')
    .description('change what holds for all its connections')
    .requiredOption(
      '--deduplicate-across-connections <on-or-off>',
      'on: records of its connections of one app are compared with each other',
    )
    .addHelpText('after', examples('tributary company settings acme --deduplicate-across-connections on'))
    .action(async (id: string, options: SettingsOptions, command: Command) => {
      const context = contextOf(command);
      const { deduplicateAcrossConnections: asked } = options;
      if (asked !== 'on' && asked !== 'off')
        throw new UsageError(`--deduplicate-across-connections takes on or off, not "${asked}".`);
      const body = { deduplicateAcrossConnections: asked === 'on' };
      const company = await (await context.api()).updateCompanySettings(id, body);
      context.answer(company, () => [
        `${company.id}: connections are ${asked === 'on' ? '' : 'not '}compared with each other`,
        company.asked.length === 0
          ? 'Each connection does it with its next session.'
          : `Sessions of ${company.asked.join(', ')} do it now.`,
      ]);
    });
  group
    .command('delete')
    .argument('<company>', 'company id')
    .description('disconnect all its connections and delete what was stored; asks for its id first')
    .option('--yes', 'do not ask')
    .option('--keep-data', 'keep the records')
    .addHelpText(
      'after',
      examples('tributary company delete acme', 'tributary company delete acme --yes --keep-data'),
    )
    .action(async (id: string, options: DeleteOptions, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      if (options.yes !== true) await confirm(await api.getCompany(id), options.keepData === true);
      const answer = await api.deleteCompany(id, { keepData: options.keepData === true });
      context.answer(answer, () => deletionLines(answer));
    });
}

interface SettingsOptions {
  readonly deduplicateAcrossConnections: string;
}

interface DeleteOptions {
  readonly yes?: boolean;
  readonly keepData?: boolean;
}

/** Asks for the company's id on the terminal. @throws {UsageError} without a terminal, or for another answer */
async function confirm({ id, name, connections }: CompanyDetail, keepData: boolean): Promise<void> {
  if (!process.stdin.isTTY)
    throw new UsageError(`Nobody can be asked here: add --yes to delete the company ${id}.`);
  const what = keepData ? 'Its records are kept.' : 'What was stored of them is deleted.';
  // On stderr, so that stdout has nothing but the answer.
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const asked = `${name}: ${counted(connections.length, 'connection')} will be disconnected. ${what}\nType ${id} to go on: `;
    if ((await terminal.question(asked)).trim() !== id) throw new UsageError('Nothing was deleted.');
  } finally {
    terminal.close();
  }
}

const deletionText = (deletion: Company['deletion']): string | undefined => {
  if (deletion === null) return undefined;
  const by = `by ${deletion.by.kind} ${deletion.by.id}`;
  return deletion.endedAt === null ? `runs since ${deletion.at}, ${by}` : `${deletion.endedAt}, ${by}`;
};

const companyLines = (company: CompanyDetail): string[] => [
  ...formatFacts([
    ['company', company.id],
    ['name', company.name],
    ['since', company.createdAt],
    ['status', company.statusLine],
    ['connections compared', company.deduplicateAcrossConnections ? 'yes' : 'no'],
    ['deletion', deletionText(company.deletion)],
  ]),
  '',
  ...formatTable(company.connections, [
    { title: 'connection', value: ({ id }) => id },
    { title: 'app', value: ({ app }) => app },
    { title: 'label', value: ({ label }) => label },
    { title: 'code', align: 'right', value: ({ code }) => code },
    { title: 'name', value: ({ codeName }) => codeName },
    { title: 'since', value: ({ since }) => since },
  ]),
];

/** What a deletion came to, as lines. */
export function deletionLines(answer: CompanyReceipt | CompanyDeleting): string[] {
  if ('pending' in answer)
    return [`It goes on as ${answer.workflowId}; the receipt will be at ${answer.receiptAt}`];
  return [
    ...formatFacts([
      ['receipt', answer.id],
      ['asked for', `${answer.at} by ${answer.by.kind} ${answer.by.id}`],
      ['ended', answer.endedAt],
      ['data', answer.keptData ? 'kept' : 'deleted'],
      ['unused links', answer.connectLinks],
    ]),
    '',
    ...formatTable(answer.connections, [
      { title: 'connection', value: ({ id }) => id },
      { title: 'receipt', value: ({ receiptId }) => receiptId },
      { title: 'grant revoked', value: ({ grantRevoked }) => (grantRevoked ? 'yes' : 'no') },
      { title: 'documents deleted', align: 'right', value: ({ deleted }) => deleted },
    ]),
  ];
}
