import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';

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
    .description('list the companies')
    .addHelpText('after', examples('tributary company list', 'tributary company list --json'))
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const { companies } = await (await context.api()).listCompanies();
      context.list(companies, companies, [
        { title: 'company', value: ({ id }) => id },
        { title: 'name', value: ({ name }) => name },
        { title: 'since', value: ({ createdAt }) => createdAt },
      ]);
    });
}
