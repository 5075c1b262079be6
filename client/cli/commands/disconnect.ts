import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import { confirmedPlan } from './plan.ts';
import { receiptLines } from './receipt.ts';

interface DisconnectOptions {
  readonly keepData?: boolean;
  readonly yes?: boolean;
}

/** `tributary connection disconnect` */
export function addDisconnect(group: Command): void {
  group
    .command('disconnect')
    .argument('<connection>', 'connection id')
    .description('stop the work, revoke the grant at the app and delete what was stored; asks first')
    .option('--keep-data', 'keep the records')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        'tributary connection disconnect storefront-west',
        'tributary connection disconnect storefront-west --keep-data --yes',
      ),
    )
    .action(async (id: string, { keepData, yes }: DisconnectOptions, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const given = keepData === true ? { keepData } : {};
      const plan = { procedure: 'disconnect', arguments: given } as const;
      const answer = await api.disconnect(id, { ...given, ...(await confirmedPlan(api, id, plan, { yes })) });
      context.answer(answer, () =>
        'pending' in answer
          ? [`It goes on as ${answer.workflowId}; the receipt will be at ${answer.receiptAt}`]
          : receiptLines(answer),
      );
    });
}
