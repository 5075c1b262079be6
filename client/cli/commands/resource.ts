import type { Command } from 'commander';
import type { ConfigurationBody, ResourceList } from '../../api/schemas/resources.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { run } from './lifecycle.ts';

interface Note {
  readonly note?: string;
}

interface ScheduleOptions extends Note {
  readonly every?: string;
  readonly cron?: string;
  readonly global?: boolean;
  readonly snapshot?: boolean;
  readonly off?: boolean;
}

/** One line of `resource list`. */
type Row = ResourceList['resources'][number] & {
  readonly configuration: ResourceList['resources'][number]['configurations'][number] | null;
};

const why = 'why; it is kept with the procedure';
const noteOf = ({ note }: Note) => (note === undefined ? {} : { note });

/** `tributary resource`: what a connection reads, and when. */
export function addResource(program: Command): void {
  const group = program.command('resource').description('resources of a connection and when they are read');
  group
    .command('list')
    .argument('<connection>', 'connection id')
    .description('list the resources of a connection, each with its configurations')
    .addHelpText('after', examples('tributary resource list storefront-west'))
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const list = await (await context.api()).listResources(id);
      context.list(list, rowsOf(list), [
        { title: 'resource', value: (row) => row.id },
        { title: 'enabled', value: ({ enabled }) => (enabled ? 'yes' : 'no') },
        { title: 'configuration', value: ({ configuration }) => configuration?.id },
        { title: 'strategy', value: ({ configuration }) => configuration?.strategy },
        { title: 'schedule', value: (row) => scheduleText(row, list) },
        { title: 'process', value: ({ configuration }) => configuration?.process },
        { title: 'last run', value: (row) => lastText(row) },
        { title: 'next', value: (row) => (row.configuration ?? row).nextRuns[0] },
        { title: 'meets', value: ({ overlaps }) => overlapText(overlaps) },
      ]);
    });
  for (const [name, enabled, description] of [
    ['enable', true, 'read a resource from the next session on; it goes on from its cursor'],
    ['disable', false, 'read a resource no more; its records and its cursor stay'],
  ] as const) {
    group
      .command(name)
      .argument('<connection>', 'connection id')
      .argument('<resource>', 'resource id')
      .description(description)
      .option('--note <text>', why)
      .addHelpText('after', examples(`tributary resource ${name} storefront-west orders`))
      .action((id: string, resource: string, options: Note, command: Command) =>
        run(contextOf(command), (api) => api.updateResource(id, resource, { enabled, ...noteOf(options) })),
      );
  }
  group
    .command('schedule')
    .argument('<connection>', 'connection id')
    .argument('<resource>', 'resource id')
    .argument('<configuration>', 'id of the configuration: a new one is added')
    .description('say when and how a resource is read; each configuration beside the others')
    .option('--every <interval>', 'in intervals, such as 15m, 6h, 1d')
    .option(
      '--cron <expression>',
      'by five fields, such as "0 6 * * 1-5", in the time zone of the connection',
    )
    .option('--global', 'with the schedule of the connection')
    .option('--snapshot', 'read everything anew, not only what changed')
    .option('--off', 'keep it, but disabled')
    .option('--note <text>', why)
    .addHelpText(
      'after',
      examples(
        'tributary resource schedule storefront-west orders hourly --every 1h',
        'tributary resource schedule storefront-west orders weekly --cron "0 3 * * SUN" --snapshot',
      ),
    )
    .action(
      (id: string, resource: string, configuration: string, options: ScheduleOptions, command: Command) => {
        const body = configurationOf(options);
        return run(contextOf(command), (api) => api.putConfiguration(id, resource, configuration, body));
      },
    );
  group
    .command('unschedule')
    .argument('<connection>', 'connection id')
    .argument('<resource>', 'resource id')
    .argument('<configuration>', 'id of the configuration; "default" is the one that follows the connection')
    .description('remove a configuration of a resource; its cursor stays')
    .option('--note <text>', why)
    .addHelpText('after', examples('tributary resource unschedule storefront-west orders default'))
    .action((id: string, resource: string, configuration: string, options: Note, command: Command) =>
      run(contextOf(command), (api) => api.removeConfiguration(id, resource, configuration, noteOf(options))),
    );
}

/** @throws {UsageError} unless exactly one schedule is named */
function configurationOf({ every, cron, global, snapshot, off, note }: ScheduleOptions): ConfigurationBody {
  const [schedule, ...more] = [
    ...(every === undefined ? [] : [{ kind: 'INTERVAL' as const, every }]),
    ...(cron === undefined ? [] : [{ kind: 'CRON' as const, cron }]),
    ...(global === true ? [{ kind: 'GLOBAL' as const }] : []),
  ];
  if (schedule === undefined || more.length > 0)
    throw new UsageError('Name one of --every, --cron, --global.');
  return {
    strategy: snapshot === true ? 'SNAPSHOT' : 'INCREMENTAL',
    schedule,
    enabled: off !== true,
    ...noteOf(note === undefined ? {} : { note }),
  };
}

const rowsOf = ({ resources }: ResourceList): Row[] =>
  resources.flatMap((resource): Row[] =>
    resource.configurations.length === 0
      ? [{ ...resource, configuration: null }]
      : resource.configurations.map((configuration) => ({ ...resource, configuration })),
  );

function scheduleText({ configuration }: Row, { schedule, paused }: ResourceList): string {
  if (configuration === null) return 'by call only';
  const { enabled, schedule: own } = configuration;
  const text = own.kind === 'GLOBAL' ? `as the connection (${timesText(schedule)})` : timesText(own);
  return enabled ? `${text}${paused ? ', paused' : ''}` : `${text}, off`;
}

function timesText(schedule: ResourceList['schedule']): string {
  switch (schedule.kind) {
    case 'MANUAL':
      return 'by call';
    case 'INTERVAL':
      return `every ${schedule.every}`;
    case 'CRON':
      return schedule.cron;
  }
}

/** A call reads the resource whatever its configurations are: where it was the last one, it is shown. */
function lastText({ configuration, lastRun }: Row): string | null {
  const byCall = lastRun !== null && lastRun.configuration === null;
  const run = configuration === null || byCall ? lastRun : configuration.lastRun;
  return run === null ? null : `${run.status} ${run.startedAt}${byCall ? ', by a call' : ''}`;
}

function overlapText(overlaps: Row['overlaps']): string | null {
  const [first] = overlaps;
  return first === undefined ? null : `${first.configurations.join(', ')} at ${first.at}`;
}
