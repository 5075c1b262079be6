import { type Command, Option } from 'commander';
import { type Role, roleNames } from '../../../domain/roles.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { formatFacts } from '../output/table.ts';
import { withFaultList } from './deliver-input.ts';
import { collect } from './shared.ts';

interface CreateOptions {
  readonly role: Role;
  readonly company?: readonly string[];
  readonly expires?: string;
}

/** `tributary token` */
export function addToken(program: Command): void {
  const group = program.command('token').description('tokens of the API, each with one role');
  group
    .command('create')
    .argument('<name>', 'a slug such as anna; Logs and timelines show it')
    .description('make a token; it is shown this once')
    .addOption(new Option('--role <role>', 'what it may do').choices(roleNames).makeOptionMandatory())
    .option('--company <company>', 'it sees only this one (again for more; viewer and data-reader)', collect)
    .option('--expires <after>', 'days or hours from now, such as 90d or 12h (default: it does not expire)')
    .addHelpText(
      'after',
      examples(
        'tributary token create anna --role viewer --expires 90d',
        'tributary token create etl --role data-reader --company storefront',
      ),
    )
    .action(async (name: string, { role, company, expires }: CreateOptions, command: Command) => {
      const context = contextOf(command);
      const companies = company === undefined ? null : [...company];
      const body = { name, role, companies, expiresAt: expires === undefined ? null : expiryOf(expires) };
      const api = await context.api();
      const answer = await withFaultList(() => api.createToken(body));
      context.answer(answer, () => [
        ...formatFacts([
          ['token', answer.secret],
          ['role', answer.token.role],
          ['companies', answer.token.companies?.join(', ') ?? 'all'],
          ['expires', answer.token.expiresAt ?? 'never'],
        ]),
        'It is not shown again. Use it with --token or TRIBUTARY_TOKEN.',
      ]);
    });
  group
    .command('list')
    .description('list the tokens with role and last use')
    .addHelpText('after', examples('tributary token list'))
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const { tokens } = await (await context.api()).listTokens();
      context.list(tokens, tokens, [
        { title: 'token', value: ({ name }) => name },
        { title: 'role', value: ({ role }) => role },
        { title: 'companies', value: ({ companies }) => companies?.join(', ') ?? 'all', widest: 40 },
        { title: 'state', value: ({ state }) => state },
        { title: 'expires', value: ({ expiresAt }) => expiresAt ?? 'never' },
        { title: 'last use', value: ({ lastUsedAt }) => lastUsedAt },
        { title: 'made by', value: ({ createdBy }) => createdBy.id },
      ]);
    });
  group
    .command('revoke')
    .argument('<name>', 'name of the token')
    .description('let a token count no more')
    .addHelpText('after', examples('tributary token revoke anna'))
    .action(async (name: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).revokeToken(name);
      context.answer(answer, () => [`${name} is revoked.`]);
    });
  group
    .command('roles')
    .description('show what each role may do, and which one your token has')
    .addHelpText('after', examples('tributary token roles'))
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).roles();
      context.answer(answer, () => [
        ...formatFacts(answer.capabilities.map(({ capability, means }) => [capability, means] as const)),
        '',
        ...formatFacts(answer.roles.map(({ role, may }) => [role, may.join(', ')] as const)),
        '',
        `Yours is ${answer.yours.role}.`,
      ]);
    });
}

const unitMs = { h: 3_600_000, d: 86_400_000 } as const;

/** @throws {UsageError} for what is no time from now */
function expiryOf(text: string): string {
  const [, count, unit] = /^([1-9]\d{0,4})([hd])$/.exec(text) ?? [];
  if (count === undefined) throw new UsageError(`"${text}" is no time from now such as 90d or 12h.`);
  return new Date(Date.now() + Number(count) * unitMs[unit as keyof typeof unitMs]).toISOString();
}
