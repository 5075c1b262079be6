import type { Command } from 'commander';
import type { ReportDetail, ReportView } from '../../api/schemas/reports.ts';
import { contextOf } from '../context.ts';
import { exitCodes } from '../exit.ts';
import { examples } from '../help.ts';
import { type Column, formatFacts, formatTable, plain } from '../output/table.ts';
import { addReportCalls, withReport } from './report-calls.ts';
import { parseCount } from './shared.ts';

interface ListOptions {
  readonly type?: string;
  readonly failed?: boolean;
  readonly limit?: number;
}

const columns: readonly Column<ReportView>[] = [
  { title: 'slot', value: ({ slot }) => slot },
  { title: 'date', value: ({ date }) => date },
  { title: 'status', value: ({ status, late }) => (late ? `${status}, late` : status) },
  { title: 'kind', value: ({ kind }) => kind },
  { title: 'rows', align: 'right', value: ({ rows }) => rows },
  { title: 'revision', align: 'right', value: ({ revision }) => revision },
  { title: 'last updated', value: ({ lastUpdated }) => lastUpdated },
  { title: 'update repeated', value: ({ updateRepeated }) => updateRepeated },
  { title: 'why', value: ({ detail }) => detail },
];

/** `tributary report` */
export function addReport(program: Command): void {
  const group = program.command('report').description('reports: what is there, what failed, what is missing');
  group
    .command('list')
    .option('--type <type>', 'only of this report type')
    .option('--failed', 'the failed ones of all types')
    .option('--limit <count>', 'at most so many of each type (default: 20)', parseCount)
    .description('list reports by report type, newest first')
    .addHelpText(
      'after',
      examples('tributary report list --type sales_report', 'tributary report list --failed'),
    )
    .action(async ({ type, failed = false, limit = 20 }: ListOptions, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      if (failed) {
        const answer = await api.failedReports();
        const shown = answer.reports.filter((report) => type === undefined || report.type === type);
        return context.list({ reports: shown }, shown, [
          { title: 'type', value: (one) => one.type },
          ...columns,
        ]);
      }
      const answer = await api.listReports({ limit, ...(type === undefined ? {} : { type }) });
      context.answer(answer, () =>
        answer.types.length === 0
          ? ['(no report types: make one by tributary report-type add)']
          : answer.types.flatMap(({ name, reports }, at) => [
              ...(at === 0 ? [] : ['']),
              plain(name),
              ...formatTable(reports, columns),
            ]),
      );
    });
  withReport(
    group.command('show').description('show a report: where it stands, and what its repeats changed'),
  )
    .addHelpText('after', examples('tributary report show sales_report 2026-01-31'))
    .action(async (type: string, slot: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).getReport(type, slot, { limit: 1 });
      context.answer(answer, () => showLines(answer));
      if (answer.report.status === 'failed') process.exitCode = exitCodes.failed;
    });
  withReport(group.command('rows').description('print the rows of a report as CSV, or as JSON'))
    .option('--html', 'print the report as an HTML page')
    .addHelpText('after', examples('tributary report rows sales_report 2026-01-31 > sales.csv'))
    .action(
      async (type: string, slot: string, { html = false }: { readonly html?: boolean }, command: Command) => {
        const context = contextOf(command);
        const api = await context.api();
        if (context.json) {
          const rows: ReportDetail['rows'][number][] = [];
          for (let after: string | undefined; ; ) {
            const page = await api.getReport(type, slot, {
              limit: 500,
              ...(after === undefined ? {} : { after }),
            });
            rows.push(...page.rows);
            if (page.next === null) break;
            after = page.next;
          }
          return context.answer({ rows }, () => []);
        }
        const text = html ? await api.reportPage(type, slot) : await api.reportCsv(type, slot);
        process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
      },
    );
  addReportCalls(group);
}

const showLines = ({ report, revisions }: ReportDetail): string[] => [
  ...formatFacts([
    ['report', report.name],
    ['date', report.date],
    ['status', report.late ? `${report.status}, late` : report.status],
    ['kind of failure', report.kind],
    ['rows', report.rows],
    ['rows that did not fit', report.unfit === 0 ? null : report.unfit],
    ['revision', report.revision === 0 ? null : report.revision],
    ['due', report.dueAt],
    ['last updated', report.lastUpdated],
    ['update repeated', report.updateRepeated],
    ['mongo id', report.mongoId],
    ['delivered to', deliveredText(report)],
  ]),
  '',
  plain(report.sentence),
  ...(report.delivery?.rejected ?? []).map(({ key, code, message }) =>
    plain(`  ${key}: rejected: ${code}: ${message}`),
  ),
  ...revisions.flatMap(({ number, at, occasion, rows, added, changed, removed, unfit, diff }) => [
    '',
    `revision ${number}, ${at} (${occasion}): ${rows} rows, ${added} added, ${changed} changed, ${removed} removed`,
    ...(unfit === null
      ? []
      : [
          `  left out: ${unfit.rows} rows that do not fit, ${unfit.twice} of a key that was there before`,
          ...unfit.samples
            .slice(0, shownRows)
            .map(({ key, why, text }) => plain(`  ${key ?? '(no key)'}: ${why} ${text.slice(0, 120)}`)),
        ]),
    ...(diff === null
      ? []
      : [
          ...diff.changed
            .slice(0, shownRows)
            .map(({ key, before, after }) =>
              plain(`  ${key}: ${JSON.stringify(before)} is now ${JSON.stringify(after)}`),
            ),
          ...diff.added.slice(0, shownRows).map((key) => plain(`  ${key}: added`)),
          ...diff.removed.slice(0, shownRows).map((key) => plain(`  ${key}: removed`)),
        ]),
  ]),
];

function deliveredText({ delivery }: ReportView): string | null {
  if (delivery === null) return null;
  const { destination, object, endedAt, counts } = delivery;
  const said = Object.entries(counts).filter(([, count]) => count > 0);
  const what = said.map(([name, count]) => `${count} ${name}`).join(', ');
  return `${object} of ${destination}: ${endedAt === null ? 'not finished' : 'finished'}${what === '' ? '' : `, ${what}`}`;
}

/** Of each kind of change; --json has more. */
const shownRows = 10;
