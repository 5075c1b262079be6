import type { Command } from 'commander';
import type { WebhookSecrets } from '../../api/schemas/webhooks.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { formatFacts } from '../output/table.ts';
import { parseCount, readSecret } from './shared.ts';

interface SecretOptions {
  readonly secretFile?: string;
  readonly generate?: boolean;
  readonly remove?: string;
}

/** `tributary connection webhooks` and `tributary connection webhook-secret`; comes after the group itself. */
export function addWebhook(program: Command): void {
  const group = program.commands.find((command) => command.name() === 'connection');
  group
    ?.command('webhooks')
    .argument('<connection>', 'connection id')
    .description('list what the app told by webhooks, newest first, and what became of it')
    .option('--limit <count>', 'at most so many', parseCount)
    .addHelpText('after', examples('tributary connection webhooks storefront-west --limit 20'))
    .action(async (id: string, { limit }: { readonly limit?: number }, command: Command) => {
      const context = contextOf(command);
      const list = await (await context.api()).listWebhooks(id, limit === undefined ? {} : { limit });
      context.list(list, list.webhooks, [
        { title: 'received', value: ({ receivedAt }) => receivedAt },
        { title: 'occurred', value: ({ occurredAt }) => occurredAt },
        { title: 'type', value: ({ type }) => type },
        { title: 'means', value: ({ means }) => means },
        { title: 'resource', value: ({ resource }) => resource },
        { title: 'state', value: ({ state }) => state },
        { title: 'why', value: ({ reason }) => reason, widest: 90 },
      ]);
    });
  group
    ?.command('webhook-secret')
    .argument('<connection>', 'connection id')
    .description('set, replace or remove what signs webhooks; prints the address to give to the app')
    .option('--secret-file <file>', 'file that holds the secret that the app gave')
    .option('--generate', 'make a secret, to be given to the app: it is shown this once')
    .option('--remove <id>', 'remove the secret with this id')
    .addHelpText(
      'after',
      examples(
        'tributary connection webhook-secret storefront-west',
        'tributary connection webhook-secret storefront-west --generate',
        'tributary connection webhook-secret storefront-west --remove 0f3a5b7c9d1e',
      ),
    )
    .action(async (id: string, { secretFile, generate, remove }: SecretOptions, command: Command) => {
      const context = contextOf(command);
      if ([secretFile, generate, remove].filter((option) => option !== undefined).length > 1)
        throw new UsageError('Only one of --secret-file, --generate and --remove at a time.');
      const api = await context.api();
      if (secretFile !== undefined || generate) {
        const body = secretFile === undefined ? {} : { secret: await readSecret(secretFile) };
        const added = await api.addWebhookSecret(id, body);
        context.answer(added, () => [
          ...formatFacts([['secret (shown this once)', added.secret]]),
          ...lines(added),
        ]);
      } else {
        const kept =
          remove === undefined ? await api.webhookSecrets(id) : await api.removeWebhookSecret(id, remove);
        context.answer(kept, () => lines(kept));
      }
    });
}

const lines = ({ address, secrets }: WebhookSecrets): string[] =>
  formatFacts([
    ['webhooks go to', address],
    ...secrets.map(({ id, createdAt }) => [`secret ${id}`, `since ${createdAt}`] as const),
    ['secrets', secrets.length === 0 ? 'none' : undefined],
  ]);
