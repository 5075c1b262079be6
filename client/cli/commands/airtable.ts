import { type Command, Option } from 'commander';
import { airtablePlanNames } from '../../../domain/sync-base-plan.ts';
import type { SyncBaseResultView, SyncBaseView } from '../../api/schemas/airtable.ts';
import { contextOf } from '../context.ts';
import { exitCodes } from '../exit.ts';
import { examples } from '../help.ts';
import { counted, formatCount, formatFacts } from '../output/table.ts';
import { parseCount } from './shared.ts';

interface SetUpOptions {
  readonly base?: string;
  readonly plan?: 'free' | 'team' | 'business';
  readonly every?: string;
}

/** `tributary airtable` */
export function addAirtable(program: Command): void {
  const group = program
    .command('airtable')
    .description('the SYNC base in Airtable: the control base for people');
  group
    .command('setup')
    .description(
      'make the tables and fields of a base that are missing, attach it, and say what a month costs',
    )
    .option('--base <id>', 'id of the base, such as appAbCdEfGhIjKlMn; left out: the one that is attached')
    .addOption(new Option('--plan <plan>', "Airtable's plan of the workspace").choices(airtablePlanNames))
    .option('--every <seconds>', 'how often it is looked at')
    .addHelpText('after', examples('tributary airtable setup --base appAbCdEfGhIjKlMn --plan team'))
    .action((options: SetUpOptions, command: Command) => setUp(options, command, true));
  group
    .command('attach')
    .argument('<base>', 'id of the base')
    .description('attach a base that is set up: as setup, but nothing is made there')
    .addOption(new Option('--plan <plan>', "Airtable's plan of the workspace").choices(airtablePlanNames))
    .option('--every <seconds>', 'how often it is looked at')
    .addHelpText('after', examples('tributary airtable attach appAbCdEfGhIjKlMn'))
    .action((base: string, options: SetUpOptions, command: Command) =>
      setUp({ ...options, base }, command, false),
    );
  group
    .command('status')
    .description('show the bases, their calls and records; ends 1 when one cannot be read or written')
    .addHelpText('after', examples('tributary airtable status'))
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).syncBases();
      context.answer(answer, () => [...answer.bases.flatMap((one) => [...facts(one), '']), answer.sentence]);
      const isBad = answer.bases.some(({ problem }) => problem !== null);
      if (isBad || (answer.bases.length > 0 && !answer.token)) process.exitCode = exitCodes.failed;
    });
  group
    .command('diff')
    .argument('[base]', 'id of the base; left out: the one that is attached')
    .description('say how a base differs from the store, and why; ends 1 when it does')
    .addHelpText('after', examples('tributary airtable diff'))
    .action(async (base: string | undefined, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).diffSyncBase(await baseOf(command, base));
      const { schema, differences, sentence } = answer;
      context.answer(answer, () => [...schema, ...differences.map(({ text }) => text), sentence]);
      if (schema.length + differences.length > 0) process.exitCode = exitCodes.failed;
    });
  group
    .command('rebuild')
    .argument('[base]', 'id of the base; left out: the one that is attached')
    .description('write a lost base from the store: its tables and fields at once, its rows at the next look')
    .addHelpText('after', examples('tributary airtable rebuild'))
    .action(async (base: string | undefined, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).rebuildSyncBase(await baseOf(command, base));
      context.answer(answer, () => resultLines(answer));
    });
  group
    .command('detach')
    .argument('<base>', 'id of the base')
    .description('read and write a base no more; it stays in Airtable as it is')
    .addHelpText('after', examples('tributary airtable detach appAbCdEfGhIjKlMn'))
    .action(async (base: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).detachSyncBase(base);
      context.answer(answer, () => [answer.sentence]);
    });
}

async function setUp({ base, plan, every }: SetUpOptions, command: Command, create: boolean): Promise<void> {
  const context = contextOf(command);
  const body = {
    ...{ base: await baseOf(command, base), create },
    ...(plan === undefined ? {} : { plan }),
    ...(every === undefined ? {} : { everySecs: parseCount(every) }),
  };
  const answer = await (await context.api()).setUpSyncBase(body);
  context.answer(answer, () => resultLines(answer));
}

/** The base that is meant: with one base nobody has to name it. */
async function baseOf(command: Command, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const { bases } = await (await contextOf(command).api()).syncBases();
  const [only] = bases;
  if (only !== undefined && bases.length === 1) return only.base;
  return command.error(
    bases.length === 0
      ? 'error: no base is attached; name one, such as --base appAbCdEfGhIjKlMn'
      : `error: ${bases.length} bases are attached; name one of ${bases.map(({ base }) => base).join(', ')}`,
  );
}

const of = (count: number | null, most: number | null): string =>
  `${count === null ? 'not counted' : formatCount(count)} of ${most === null ? 'any number' : formatCount(most)}`;

const facts = (one: SyncBaseView): string[] => [
  ...formatFacts([
    ['base', one.base],
    ['plan', one.plan],
    ['calls this month', of(one.callsThisMonth, one.callsAllowed)],
    ['records', of(one.records, one.recordsAllowed)],
    ['looked at', one.passedAt ?? 'never yet'],
  ]),
  one.sentence,
];

const resultLines = ({ base, made, notes, views, sentences }: SyncBaseResultView): string[] => [
  `The base ${base.base} is attached. ${made.length === 0 ? 'Nothing had to be made.' : `${counted(made.length, 'thing')} made:`}`,
  ...made.map((one) => `  ${one}`),
  ...(notes.length === 0 ? [] : ['', 'Please look at:', ...notes.map((one) => `  ${one}`)]),
  '',
  ...sentences,
  '',
  "Add these views by hand, if they are wanted (Airtable's API cannot make them):",
  ...views.map((one) => `  ${one}`),
];
