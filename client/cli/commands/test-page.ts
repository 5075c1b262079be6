import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import { counted } from '../output/table.ts';

/** `tributary connection test-page` */
export function addTestPage(group: Command): void {
  group
    .command('test-page')
    .argument('<connection>', 'connection id')
    .argument('<resource>', 'resource id')
    .description('read one page as a session would and say how its rows fare; nothing is stored')
    .addHelpText('after', examples('tributary connection test-page storefront-west orders'))
    .action(async (id: string, resource: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const page = await (await context.api()).testPage(id, resource);
      context.list(page, page.rows, [
        { title: 'key', value: ({ key }) => key },
        {
          title: 'verdict',
          value: ({ fits, deleted, reason }) => (deleted ? 'deleted' : fits ? 'fits' : reason),
        },
        { title: 'message', value: ({ message }) => message },
        { title: 'row', value: ({ row }) => JSON.stringify(row), widest: 100 },
      ]);
      if (context.json) return;
      const { count, filtered, unfit, more, drift } = page;
      process.stdout.write(
        `${counted(count, 'row')} on the page, ${filtered} passed over, ${unfit} unfit; ${more ? 'more pages follow' : 'it is the last page'}; fields: ${drift.class === 'none' ? 'as before' : drift.class}\n`,
      );
    });
}
