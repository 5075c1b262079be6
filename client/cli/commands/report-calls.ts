import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { CalendarView } from '../../api/schemas/reports.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { contextOf } from '../context.ts';
import { exitCodes } from '../exit.ts';
import { examples } from '../help.ts';

interface Span {
  readonly from: string;
  readonly to: string;
}

const lookEveryMs = 1_000;

/** The calls of `tributary report` that start or change something, and the calendar. */
export function addReportCalls(group: Command): void {
  withReport(group.command('retry').description('make a report that failed or is missing, at once'))
    .addHelpText('after', examples('tributary report retry sales_report 2026-01-31'))
    .action(async (type: string, slot: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).retryReport(type, slot);
      context.answer(answer, () => [answer.sentence, `Look: tributary report show ${type} ${slot}`]);
    });
  withReport(
    group.command('run').description('make a report by hand; one that is there gets another revision'),
  )
    .addHelpText('after', examples('tributary report run sales_report 2026-01-31'))
    .action(async (type: string, slot: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).runReport(type, slot);
      context.answer(answer, () => [answer.sentence, `Look: tributary report show ${type} ${slot}`]);
    });
  withReport(
    group.command('clear-fail').description('clear a failure; the report runs at the next scheduled time'),
  )
    .addHelpText('after', examples('tributary report clear-fail sales_report 2026-01-31'))
    .action(async (type: string, slot: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const report = await (await context.api()).clearReportFail(type, slot);
      context.answer(report, () => [report.sentence, `At once: tributary report retry ${type} ${slot}`]);
    });
  withSpan(
    group.command('calendar').description('show what is there, late, empty, failed, missing or expected'),
  )
    .addHelpText(
      'after',
      examples('tributary report calendar sales_report --from 2026-01-01 --to 2026-01-31'),
    )
    .action(async (type: string, span: Span, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).reportCalendar(type, span);
      context.answer(answer, () => calendarLines(answer));
      if (gapsIn(answer) > 0) process.exitCode = exitCodes.failed;
    });
  withSpan(
    group.command('fill').description('make the reports of a span that are not there, and wait for them'),
  )
    .option('--no-wait', 'do not wait until they are made')
    .addHelpText('after', examples('tributary report fill sales_report --from 2026-01-01 --to 2026-01-31'))
    .action(async (type: string, options: Span & { readonly wait: boolean }, command: Command) => {
      const context = contextOf(command);
      const { wait, from, to } = options;
      const api = await context.api();
      const started = await api.fillReports(type, { from, to });
      if (!wait || started.decision !== 'started')
        return context.answer(started, () => [started.sentence, `Look: tributary report calendar ${type}`]);
      context.note(started.sentence);
      await untilMade(api, type, started.slots);
      const calendar = await api.reportCalendar(type, { from, to });
      context.answer({ ...started, calendar }, () => calendarLines(calendar));
      if (gapsIn(calendar) > 0) process.exitCode = exitCodes.failed;
    });
}

/** A command of one report. */
export const withReport = (command: Command): Command =>
  command
    .argument('<type>', 'report type')
    .argument('<slot>', 'the date, or of an Interval the scheduled time');

const withSpan = (command: Command): Command =>
  command
    .argument('<type>', 'report type')
    .requiredOption('--from <date>', 'first date, such as 2026-01-01')
    .requiredOption('--to <date>', 'last date');

/** Each of them is looked at until it is there or has failed. */
async function untilMade(api: TributaryClient, type: string, slots: readonly string[]): Promise<void> {
  const began = Date.now();
  for (const slot of slots)
    for (;;) {
      const report = await api
        .getReport(type, slot, { limit: 1 })
        .catch((error: { readonly code?: string }) => {
          if (error.code === 'NOT_FOUND') return null;
          throw error;
        });
      const isOver =
        report !== null &&
        // A failure of before the fill is none of it.
        (report.report.status === 'created' ||
          (report.report.status === 'failed' && report.report.occasion === 'fill'));
      if (isOver || Date.now() - began > longestWaitMs) break;
      await sleep(lookEveryMs);
    }
}

/** After so long the calendar says what is still expected. */
const longestWaitMs = 3_600_000;

const gapsIn = ({ counts }: CalendarView): number => counts.missing + counts.failed + counts.empty;

function calendarLines({ counts, entries }: CalendarView): string[] {
  const weeks = new Map<string, string[]>();
  for (const { slot, state } of entries) {
    const month = slot.slice(0, 7);
    weeks.set(month, [...(weeks.get(month) ?? []), `${slot.slice(8)} ${state}`]);
  }
  const all = Object.entries(counts).filter(([, count]) => count > 0);
  return [
    ...[...weeks].flatMap(([month, days]) => [month, ...days.map((day) => `  ${day}`)]),
    '',
    all.length === 0
      ? '(no reports are expected here)'
      : all.map(([state, count]) => `${count} ${state}`).join(', '),
  ];
}
