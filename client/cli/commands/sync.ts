import type { Command } from 'commander';
import type { JsonObject } from '../../../domain/json.ts';
import type { SyncRunView } from '../../api/schemas/sync-runs.ts';
import type { PreviewBody, Sync, SyncBody, SyncChange } from '../../api/schemas/syncs.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { type Context, contextOf } from '../context.ts';
import { exitCodes } from '../exit.ts';
import { examples } from '../help.ts';
import { createLive } from '../output/live.ts';
import { formatFacts, formatTable } from '../output/table.ts';
import { withFaultList } from './deliver-input.ts';
import { runFacts, runLine } from './sync-lines.ts';
import { type ModelOptions, modelBody, withModelOptions } from './sync-model.ts';
import { addSyncReads } from './sync-reads.ts';

const lookEveryMs = 500;

/** `tributary sync` */
export function addSync(program: Command): void {
  const group = program.command('sync').description('deliveries of records to destinations');
  withModelOptions(
    group
      .command('add')
      .argument('[sync]', 'a slug such as orders-to-warehouse; or `id` in the file')
      .description('make a sync; everything is checked first, and its destination is asked'),
  )
    .addHelpText(
      'after',
      examples(
        'tributary sync add --file sync.yaml',
        'tributary sync add orders-to-warehouse --connection storefront-west --resource orders --to warehouse --object orders',
      ),
    )
    .action(async (id: string | undefined, options: ModelOptions, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const body = { ...(await modelBody(options)), ...(id === undefined ? {} : { id }) };
      const answer = await withFaultList(() => api.createSync(body as unknown as SyncBody));
      context.answer(answer, () => [
        ...syncFacts(answer.sync),
        ...answer.effects,
        `Run it: tributary sync run ${answer.sync.id}`,
      ]);
    });
  withModelOptions(
    group
      .command('update')
      .argument('<sync>', 'sync id')
      .description('change a sync; what is left out stays'),
  )
    .addHelpText('after', examples('tributary sync update orders-to-warehouse --every 6h'))
    .action(async (id: string, options: ModelOptions, command: Command) => {
      const context = contextOf(command);
      const { id: _id, connection: _connection, ...body } = await modelBody(options);
      const api = await context.api();
      const answer = await withFaultList(() => api.updateSync(id, body as unknown as SyncChange));
      context.answer(answer, () => [...syncFacts(answer.sync), ...answer.effects]);
    });
  withModelOptions(
    group.command('preview').description('show the first rows as they would be delivered; nothing is saved'),
  )
    .addHelpText(
      'after',
      examples(
        'tributary sync preview --file sync.yaml',
        'tributary sync preview --connection storefront-west --resource orders --field total=sales:number',
      ),
    )
    .action(async (options: ModelOptions, command: Command) => {
      const context = contextOf(command);
      const body = previewOf(await modelBody(options));
      const api = await context.api();
      const answer = await withFaultList(() => api.previewSync(body));
      const names = [answer.keyField, ...answer.mapping.map(({ to }) => to)];
      const shown = [...new Set(names)];
      const faulty = answer.rows.filter(({ fault }) => fault !== null).length;
      context.answer(answer, () => [
        ...formatTable(answer.rows, [
          ...shown.map((name, at) => ({
            title: name,
            widest: 30,
            value: (row: (typeof answer.rows)[number]) =>
              row.fields === null ? (at === 0 ? row.key : null) : cell(row.fields[name]),
          })),
          { title: 'fault', value: ({ fault }) => fault?.message, widest: 120 },
        ]),
        `${answer.looked} records looked at${answer.more ? ', there are more' : ''}.`,
        ...(faulty === 0 ? [] : [`Would go to quarantine: ${faulty} of these ${answer.rows.length} rows.`]),
        ...(answer.target?.creates ?? []).map((made) => `Would be made: ${made}`),
        ...(answer.target?.problems ?? []).map((problem) => `Stands against it: ${problem}`),
        ...(answer.target?.notes ?? []),
      ]);
      if (answer.target !== null && answer.target.problems.length > 0) process.exitCode = exitCodes.failed;
    });
  group
    .command('list')
    .description('list the syncs')
    .option('--connection <id>', 'only of this connection')
    .option('--company <id>', 'only of this company')
    .option('--to <id>', 'only to this destination')
    .addHelpText('after', examples('tributary sync list', 'tributary sync list --connection storefront-west'))
    .action(
      async ({ to, ...filter }: { connection?: string; company?: string; to?: string }, command: Command) => {
        const context = contextOf(command);
        const api = await context.api();
        const { syncs } = await api.listSyncs({
          ...filter,
          ...(to === undefined ? {} : { destination: to }),
        });
        context.list(syncs, syncs, [
          { title: 'sync', value: ({ id }) => id },
          { title: 'connection', value: ({ connection }) => connection },
          { title: 'to', value: ({ destination, object }) => `${destination} ${object}` },
          { title: 'mode', value: ({ mode }) => mode },
          { title: 'schedule', value: scheduleText },
          { title: 'status', value: ({ status }) => status },
          { title: 'last run', value: ({ latestRun }) => latestRun && runLine(latestRun), widest: 80 },
        ]);
      },
    );
  group
    .command('show')
    .argument('<sync>', 'sync id')
    .description('show a sync with its latest run')
    .addHelpText('after', examples('tributary sync show orders-to-warehouse'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const one = await (await context.api()).getSync(id);
      context.answer(one, () => [
        ...syncFacts(one),
        ...(one.latestRun === null ? [] : ['', ...runFacts(one.latestRun)]),
      ]);
    });
  group
    .command('remove')
    .argument('<sync>', 'sync id')
    .description('delete a sync with its runs; rows at the destination stay')
    .addHelpText('after', examples('tributary sync remove orders-to-warehouse'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).removeSync(id);
      context.answer(answer, () => [`${id} was removed.`, ...answer.effects]);
    });
  for (const [name, call, description] of [
    ['enable', 'enableSync', 'let a disabled sync run again'],
    ['disable', 'disableSync', 'let a sync stand still; a run in progress is finished after enable'],
  ] as const)
    group
      .command(name)
      .argument('<sync>', 'sync id')
      .description(description)
      .addHelpText('after', examples(`tributary sync ${name} orders-to-warehouse`))
      .action(async (id: string, _options: unknown, command: Command) => {
        const context = contextOf(command);
        const one = await (await context.api())[call](id);
        context.answer(one, () => syncFacts(one));
      });
  addRun(group, 'run', 'deliver what changed', false);
  addRun(group, 'resync', 'deliver everything once more, or one record', true);
  addRun(group, 'test', 'deliver one record as a test; the status of the sync stays', true);
  group
    .command('cancel')
    .argument('<sync>', 'sync id')
    .description('cancel the run of a sync at a batch border; what was delivered stays')
    .addHelpText('after', examples('tributary sync cancel orders-to-warehouse'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).cancelSync(id);
      context.answer(answer, () => [answer.sentence, ...runFacts(answer.run)]);
    });
  addSyncReads(group);
}

function addRun(group: Command, kind: 'run' | 'resync' | 'test', description: string, keyed: boolean): void {
  const command = group.command(kind).argument('<sync>', 'sync id').description(description);
  if (keyed) command.argument('[key]', 'only this record');
  command
    .option('--no-wait', 'do not wait for its end')
    .addHelpText(
      'after',
      examples(
        `tributary sync ${kind} orders-to-warehouse`,
        ...(keyed ? [`tributary sync ${kind} orders-to-warehouse 1001`] : []),
      ),
    )
    .action(async (id: string, ...rest: unknown[]) => {
      const command = rest.at(-1) as Command;
      const { wait } = rest.at(-2) as { readonly wait: boolean };
      const [key] = keyed ? [rest[0] as string | undefined] : [undefined];
      const context = contextOf(command);
      const api = await context.api();
      const started = await api.runSync(id, { kind, ...(key === undefined ? {} : { key }) });
      if (!wait || started.runId === null) {
        context.answer(started, () => [
          started.runId === null
            ? `It is asked for; no worker has begun it yet. See: tributary sync show ${id}`
            : `Run ${started.runId} has begun. See: tributary sync show ${id}`,
        ]);
        return;
      }
      const run = await follow(context, api, started.runId);
      const { records } =
        kind === 'test' ? await api.syncRecords(id, { run: run.number, limit: 1 }) : { records: [] };
      const found =
        run.status !== 'success' || run.ledger.total > 0 || (kind !== 'test' && key === undefined);
      const named = key === undefined ? '' : ` with the key ${key}`;
      context.answer(records.length === 0 ? run : { run, records }, () => [
        ...runFacts(run),
        ...records.map(
          ({ key, status, error }) =>
            `record ${key}: ${error === null ? status : `${error.code} ${error.message}`}`,
        ),
        ...(found ? [] : [`There was nothing to deliver: the model has no record${named}.`]),
      ]);
      if (run.status === 'failed') process.exitCode = exitCodes.failed;
      else if (!found) process.exitCode = exitCodes.notFound;
    });
}

/** Shows how a run goes on until it has ended, or is interrupted. */
async function follow(context: Context, api: TributaryClient, id: string): Promise<SyncRunView> {
  const live = createLive(context.json ? process.stderr : process.stdout);
  for (;;) {
    const run = await api.getSyncRun(id);
    live.show([{ key: `${run.id} ${run.status}`, text: `${run.id}: ${runLine(run)}` }]);
    if (run.endedAt !== null || run.status === 'paused') {
      live.done();
      return run;
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

const cell = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);

/** What a preview takes of a whole sync. */
function previewOf(body: JsonObject): PreviewBody {
  const { connection, model, mapping, keyField, destination, object } = body as unknown as SyncBody;
  return {
    connection,
    model,
    ...(mapping === undefined ? {} : { mapping }),
    ...(keyField === undefined ? {} : { keyField }),
    ...(destination === undefined || object === undefined ? {} : { destination, object }),
  };
}

function scheduleText({ schedule, timeZone }: Sync): string {
  if (schedule.kind === 'INTERVAL') return `every ${schedule.every}`;
  if (schedule.kind === 'CRON') return `${schedule.cron} (${timeZone})`;
  return schedule.kind === 'AFTER_SESSION' ? 'after every session' : 'by call';
}

function syncFacts(one: Sync): string[] {
  const filter =
    Object.keys(one.model.filter).length === 0 ? '' : ` where ${JSON.stringify(one.model.filter)}`;
  return formatFacts([
    ['sync', one.id],
    ['reads', `${one.model.resource} of ${one.connection}${filter}`],
    ['delivers to', `${one.object} at ${one.destination}, key in ${one.keyField}`],
    ['mode', one.mode],
    ['schedule', scheduleText(one)],
    ['next runs', one.nextRuns.join(', ')],
    ['status', `${one.status} since ${one.statusSince}`],
    ['why', one.sentence],
    ['source stale since', one.sourceStaleSince],
    ['next run', one.restages ? 'looks at every record' : 'looks at what changed'],
    ['calls', one.allowed.join(', ')],
  ]);
}
