import type { Command } from 'commander';
import type { ReportTypeBody, ReportTypeChange, ReportTypeView } from '../../api/schemas/reports.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { formatFacts } from '../output/table.ts';
import { readObject, withFaultList } from './deliver-input.ts';

interface SetOptions {
  readonly file?: string;
  readonly name?: string;
  readonly status?: string;
  readonly offset?: string;
  readonly notify?: string;
  readonly repeatAfter?: string;
  readonly restated?: string;
}

/** `tributary report-type` */
export function addReportType(program: Command): void {
  const group = program.command('report-type').description('what reports there are, and of which date');
  group
    .command('add')
    .argument('[type]', 'a slug such as sales_report; or `id` in the file')
    .requiredOption('--file <file>', 'the settings as YAML or JSON, "-" for stdin')
    .description('make a report type; everything is checked first')
    .addHelpText('after', examples('tributary report-type add --file examples/sales-report.yaml'))
    .action(async (id: string | undefined, { file }: { readonly file: string }, command: Command) => {
      const context = contextOf(command);
      const body = { ...(await readObject(file)), ...(id === undefined ? {} : { id }) };
      const api = await context.api();
      const answer = await withFaultList(() => api.createReportType(body as unknown as ReportTypeBody));
      context.answer(answer, () => [...facts(answer.reportType), ...answer.effects]);
    });
  group
    .command('list')
    .description('list the report types')
    .addHelpText('after', examples('tributary report-type list'))
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).listReportTypes();
      context.list(answer, answer.reportTypes, [
        { title: 'type', value: ({ id }) => id },
        { title: 'name', value: ({ name }) => name },
        { title: 'status', value: ({ status }) => status },
        { title: 'real-time', value: ({ realTime }) => (realTime ? 'yes' : 'no') },
        { title: 'offset', align: 'right', value: ({ offset }) => offset },
        { title: 'repeat after', align: 'right', value: ({ repeatAfterDays }) => repeatAfterDays },
        { title: 'notify', value: ({ notifyOnFail }) => (notifyOnFail ? 'yes' : 'no') },
        { title: 'from', value: sourceText },
      ]);
    });
  group
    .command('show')
    .argument('<type>', 'report type')
    .description('show the settings of a report type')
    .addHelpText('after', examples('tributary report-type show sales_report'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const type = await (await context.api()).getReportType(id);
      context.answer(type, () => facts(type));
    });
  group
    .command('set')
    .argument('<type>', 'report type')
    .option('--status <status>', 'Active or Inactive')
    .option('--name <text>', 'what people call it')
    .option('--offset <days>', 'days from the slot to the date of the report: 0 or less')
    .option('--notify <yes or no>', 'whether an alert is raised when a report failed')
    .option('--repeat-after <days>', 'days after which a report is made once more, or "never"')
    .option('--restated <share>', 'share of the rows that a repeat may change without an alert, 0 to 1')
    .option('--file <file>', 'other settings as YAML or JSON, "-" for stdin')
    .description('change a report type; what is left out stays')
    .addHelpText(
      'after',
      examples(
        'tributary report-type set sales_report --status Inactive',
        'tributary report-type set sales_report --repeat-after 21 --notify yes',
      ),
    )
    .action(async (id: string, options: SetOptions, command: Command) => {
      const context = contextOf(command);
      const body = await changeOf(options);
      const api = await context.api();
      const answer = await withFaultList(() => api.updateReportType(id, body));
      context.answer(answer, () => [...facts(answer.reportType), ...answer.effects]);
    });
}

async function changeOf(options: SetOptions): Promise<ReportTypeChange> {
  const { file, name, status, offset, notify, repeatAfter, restated } = options;
  if (notify !== undefined && notify !== 'yes' && notify !== 'no')
    throw new UsageError('--notify takes yes or no.');
  const change = {
    ...(file === undefined ? {} : await readObject(file)),
    ...(name === undefined ? {} : { name }),
    ...(status === undefined ? {} : { status }),
    ...(offset === undefined ? {} : { offset: numberOf(offset, '--offset') }),
    ...(notify === undefined ? {} : { notifyOnFail: notify === 'yes' }),
    ...(repeatAfter === undefined
      ? {}
      : { repeatAfterDays: repeatAfter === 'never' ? null : numberOf(repeatAfter, '--repeat-after') }),
    ...(restated === undefined ? {} : { restatementThreshold: numberOf(restated, '--restated') }),
  };
  return change as ReportTypeChange;
}

function numberOf(text: string, option: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw new UsageError(`${option} takes a number.`);
  return number;
}

function sourceText({ source }: ReportTypeView): string {
  const { from, connection, resource, metric, report } = source as Readonly<Record<string, unknown>>;
  if (from === 'app') return `report ${report} of ${connection}`;
  return `${from === 'records' ? resource : metric} of ${connection}`;
}

const targetText = ({ target }: ReportTypeView): string =>
  target.kind === 'mongodb' ? 'the store' : `the store, and ${target.object} of ${target.destination}`;

const facts = (type: ReportTypeView): string[] =>
  formatFacts([
    ['report type', type.id],
    ['name', type.name],
    ['status', type.status],
    ['from', sourceText(type)],
    ['to', targetText(type)],
    [
      'adds to datapoints',
      type.addToDatapoints ? type.datapoints.map(({ metric }) => metric).join(', ') : null,
    ],
    ['real-time', type.realTime ? 'yes' : null],
    ['offset', type.offset === 0 ? null : `${type.offset} days`],
    ['repeat after', type.repeatAfterDays === null ? null : `${type.repeatAfterDays} days`],
    ['alert on failure', type.notifyOnFail ? 'yes' : 'no'],
    ['report type id', type.reportTypeId],
  ]);
