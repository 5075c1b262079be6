import { type Command, Option } from 'commander';
import { timingText } from '../../../domain/automation-rules.ts';
import { automationRuns, missedPolicies, weekdays } from '../../../domain/automations.ts';
import type { AutomationBody, AutomationTickView, AutomationView } from '../../api/schemas/automations.ts';
import { type Context, contextOf } from '../context.ts';
import { examples } from '../help.ts';
import { formatFacts, formatTable } from '../output/table.ts';
import { type AutomationOptions, automationFields } from './automation-input.ts';
import { withFaultList } from './deliver-input.ts';

/** `tributary automation` */
export function addAutomation(program: Command): void {
  const group = program.command('automation').description('schedules: what runs by itself, and when');
  group
    .command('list')
    .description('list the schedules with their next run')
    .addHelpText('after', examples('tributary automation list'))
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const { automations } = await (await context.api()).listAutomations();
      context.list(automations, automations, [
        { title: 'schedule', value: ({ id }) => id },
        { title: 'name', value: ({ name }) => name, widest: 40 },
        { title: 'does', value: ({ does }) => does, widest: 50 },
        { title: 'when', value: timingText },
        { title: 'next run', value: ({ nextRuns, disabled }) => (disabled ? 'disabled' : nextRuns[0]) },
        { title: 'latest', value: ({ latest }) => latest && `${latest.slot} ${latest.outcome}` },
      ]);
    });
  group
    .command('show')
    .argument('<schedule>', 'schedule id')
    .description('show a schedule, its next five run times and its latest runs')
    .addHelpText('after', examples('tributary automation show nightly-orders'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const [one, { ticks }] = await Promise.all([
        api.getAutomation(id),
        api.automationRuns(id, { limit: 10 }),
      ]);
      context.answer({ ...one, runs: ticks }, () => [
        ...automationFacts(one),
        ...(ticks.length === 0 ? [] : ['', ...runsTable(ticks)]),
      ]);
    });
  withFields(
    group
      .command('create')
      .argument('<schedule>', 'a slug such as nightly-orders')
      .description('make a schedule'),
  )
    .addHelpText(
      'after',
      examples(
        'tributary automation create nightly-orders --refresh storefront-west --run Daily --time 06:00 --timezone Europe/Berlin',
        'tributary automation create tidy --retention --run Weekly --weekday Sunday --time 03:00',
      ),
    )
    .action(async (id: string, options: AutomationOptions, command: Command) => {
      const context = contextOf(command);
      const fields = automationFields(options);
      const api = await context.api();
      const body = { id, name: id, ...fields } as AutomationBody;
      const { automation, effects } = await withFaultList(() => api.createAutomation(body));
      context.answer({ automation, effects }, () => [...automationFacts(automation), ...effects]);
    });
  withFields(
    group
      .command('edit')
      .argument('<schedule>', 'schedule id')
      .description('change a schedule; what is left out stays'),
  )
    .addHelpText('after', examples('tributary automation edit nightly-orders --time 07:30'))
    .action(async (id: string, options: AutomationOptions, command: Command) => {
      const fields = automationFields(options);
      await change(contextOf(command), (api) => withFaultList(() => api.updateAutomation(id, fields)));
    });
  for (const [name, call, description] of [
    ['enable', 'enableAutomation', 'let a disabled schedule run again'],
    ['disable', 'disableAutomation', 'let a schedule stand still'],
  ] as const)
    group
      .command(name)
      .argument('<schedule>', 'schedule id')
      .description(description)
      .addHelpText('after', examples(`tributary automation ${name} nightly-orders`))
      .action(async (id: string, _options: unknown, command: Command) =>
        change(contextOf(command), (api) => api[call](id)),
      );
  group
    .command('run')
    .argument('<schedule>', 'schedule id')
    .description('run a schedule now; its own times stay as they are')
    .addHelpText('after', examples('tributary automation run nightly-orders'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).runAutomation(id);
      context.answer(answer, () => [
        answer.tick?.sentence ??
          `It is asked for; no worker has begun it yet. See: tributary automation show ${id}`,
      ]);
    });
  group
    .command('delete')
    .argument('<schedule>', 'schedule id')
    .description('delete a schedule; what it started goes on')
    .addHelpText('after', examples('tributary automation delete nightly-orders'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).removeAutomation(id);
      context.answer(answer, () => [`${id} was deleted.`]);
    });
}

type Api = Awaited<ReturnType<Context['api']>>;

async function change(
  context: Context,
  call: (api: Api) => ReturnType<Api['updateAutomation']>,
): Promise<void> {
  const answer = await call(await context.api());
  context.answer(answer, () => [...automationFacts(answer.automation), ...answer.effects]);
}

const withFields = (command: Command): Command =>
  command
    .option('--name <name>', 'name for people')
    .option('--description <text>', 'what it is for')
    .option('--report <type>', 'task: create this report')
    .option('--refresh <connection>', 'task: a session of this connection')
    .option('--full', 'with --refresh: read everything anew')
    .option('--sync <sync>', 'task: a run of this sync')
    .option('--retention', 'task: delete what was kept long enough')
    .option('--fill <type>', 'task: create the reports of this type that are missing')
    .option('--days <count>', 'with --fill: of so many days')
    .addOption(new Option('--run <run>', 'how often').choices(automationRuns))
    .option('--time <HH:MM>', '24 h; with --run Interval the length of the period')
    .option('--timezone <zone>', 'IANA name, or hours from GMT such as -7')
    .addOption(new Option('--weekday <day>', 'with --run Weekly').choices(weekdays))
    .addOption(new Option('--missed <policy>', 'what missed times come to').choices(missedPolicies));

function automationFacts(one: AutomationView): string[] {
  return formatFacts([
    ['schedule', one.id],
    ['name', one.name],
    ['description', one.description],
    ['does', one.does],
    ['runs', timingText(one)],
    ['disabled', one.disabled ? 'yes' : 'no'],
    ['missed times', one.missed],
    ['next runs', one.nextRuns.join(', ')],
    ['latest', one.latest && `${one.latest.slot} ${one.latest.outcome}: ${one.latest.sentence}`],
    ['in force', one.inForce ? 'yes' : 'no, the engine has not heard of the last edit yet'],
    ['made', `${one.createdAt} by ${one.createdBy.id}`],
  ]);
}

const runsTable = (ticks: readonly AutomationTickView[]): string[] =>
  formatTable(ticks, [
    { title: 'for', value: ({ slot }) => slot },
    { title: 'due', value: ({ dueAt }) => dueAt },
    { title: 'by', value: ({ by }) => by.id },
    { title: 'outcome', value: ({ outcome }) => outcome },
    { title: 'what happened', value: ({ sentence }) => sentence, widest: 100 },
  ]);
