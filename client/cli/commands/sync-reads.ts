import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { SyncRecordView } from '../../api/schemas/sync-runs.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { counted, formatFacts } from '../output/table.ts';
import { formatDuration } from '../output/units.ts';
import { parseCount } from './shared.ts';
import { ledgerText } from './sync-lines.ts';

const recordColumns = [
  { title: 'key', value: ({ key }: SyncRecordView) => key },
  { title: 'status', value: ({ status }: SyncRecordView) => status },
  { title: 'action', value: ({ action }: SyncRecordView) => action },
  { title: 'code', value: ({ error }: SyncRecordView) => error?.code },
  { title: 'what the destination said', value: ({ error }: SyncRecordView) => error?.message, widest: 100 },
  { title: 'request', value: ({ error }: SyncRecordView) => error?.requestId },
  { title: 'attempts', align: 'right' as const, value: ({ attempts }: SyncRecordView) => attempts },
  { title: 'run', align: 'right' as const, value: ({ run }: SyncRecordView) => run },
];

/** What of a sync is read as a table: runs, timeline, rows, rejected rows, plan. */
export function addSyncReads(group: Command): void {
  group
    .command('runs')
    .argument('<sync>', 'sync id')
    .description('list the runs of a sync, newest first')
    .option('--limit <count>', 'at most so many', parseCount)
    .addHelpText('after', examples('tributary sync runs orders-to-warehouse'))
    .action(async (id: string, { limit }: { readonly limit?: number }, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const { runs } = await api.listSyncRuns(id, limit === undefined ? {} : { limit });
      context.list(runs, runs, [
        { title: 'run', value: (run) => run.id },
        { title: 'kind', value: ({ kind }) => kind },
        { title: 'status', value: ({ text }) => text },
        { title: 'reason', value: ({ reason }) => reason },
        { title: 'rows', value: ledgerText, widest: 90 },
        { title: 'took', value: ({ durationMs }) => formatDuration(durationMs) },
        { title: 'started', value: ({ startedAt }) => startedAt },
        { title: 'by', value: ({ by }) => `${by.kind} ${by.id}` },
      ]);
    });
  group
    .command('timeline')
    .argument('<run>', 'run id, <sync>.<number>')
    .description('every change of status of a run: when, by whom, why')
    .addHelpText('after', examples('tributary sync timeline orders-to-warehouse.3'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const timeline = await (await context.api()).syncTimeline(id);
      context.list(timeline, timeline.entries, [
        { title: 'at', value: ({ at }) => at },
        { title: 'from', value: ({ from }) => from },
        { title: 'to', value: ({ to }) => to },
        { title: 'event', value: ({ event }) => event },
        { title: 'reason', value: ({ reason }) => reason },
        { title: 'by', value: ({ by }) => `${by.kind} ${by.id}` },
      ]);
    });
  group
    .command('records')
    .argument('<sync>', 'sync id')
    .description('what became of the rows of a sync')
    .option('--status <status>', 'pending, success, failed or quarantined')
    .option('--key <key>', 'only this record')
    .option('--limit <count>', 'at most so many', parseCount)
    .addHelpText('after', examples('tributary sync records orders-to-warehouse --key 1001'))
    .action(
      async (
        id: string,
        { status, key, limit }: { status?: SyncRecordView['status']; key?: string; limit?: number },
        command: Command,
      ) => {
        const context = contextOf(command);
        const page = await (await context.api()).syncRecords(id, {
          ...(status === undefined ? {} : { status }),
          ...(key === undefined ? {} : { key }),
          ...(limit === undefined ? {} : { limit }),
        });
        context.list(page, page.records, recordColumns);
      },
    );
  group
    .command('rejected')
    .argument('<sync>', 'sync id')
    .description("rows that were not taken, with the destination's own words")
    .option('--csv <file>', 'write all of them as CSV, with their fields; "-" for stdout')
    .option('--limit <count>', 'at most so many of each status', parseCount)
    .addHelpText(
      'after',
      examples(
        'tributary sync rejected orders-to-warehouse',
        'tributary sync rejected orders-to-warehouse --csv rejected.csv',
      ),
    )
    .action(async (id: string, { csv, limit }: { csv?: string; limit?: number }, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      if (csv !== undefined) return writeCsv(await api.rejectedCsv(id), csv);
      const page = limit === undefined ? {} : { limit };
      const failed = await api.syncRecords(id, { status: 'failed', ...page });
      const quarantined = await api.syncRecords(id, { status: 'quarantined', ...page });
      const rows = [...failed.records, ...quarantined.records];
      context.list(rows, rows, recordColumns);
      if (failed.next !== null || quarantined.next !== null)
        context.note('There are more: --csv writes all.');
    });
  group
    .command('plan')
    .argument('<sync>', 'sync id')
    .description(
      'what the next run needs: rows, requests, time, share of the quota; and what its target lacks',
    )
    .addHelpText('after', examples('tributary sync plan orders-to-warehouse'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const plan = await (await context.api()).planSync(id);
      const { quota, target } = plan;
      context.answer(plan, () => [
        ...formatFacts([
          ['rows at most', plan.rows],
          ['requests', plan.calls],
          [
            'takes at least',
            plan.atLeastMs === null ? 'its destination has no limit' : formatDuration(plan.atLeastMs),
          ],
          [
            'quota',
            quota &&
              `${quota.left} of ${quota.requestsPerMonth} left this month; it needs ${quota.share * 100} %`,
          ],
          [
            'too much',
            plan.exceeds
              ? quota?.over === 'refuse'
                ? 'yes, it will be refused'
                : 'yes, with a warning'
              : null,
          ],
        ]),
        ...target.creates.map((made) => `Would be made: ${made}`),
        ...target.problems.map((problem) => `Stands against it: ${problem}`),
        ...target.notes,
      ]);
    });
}

async function writeCsv(csv: string, file: string): Promise<void> {
  if (file === '-') {
    process.stdout.write(csv);
    return;
  }
  await writeFile(file, csv).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be written (${error.code}).`);
  });
  console.log(`${counted(csv.split('\r\n').length - 2, 'line')} written to ${file}`);
}
