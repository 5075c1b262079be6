import { relative } from 'node:path';
import { addLedgers, type Ledger } from '../../../domain/ledger.ts';
import type { Session } from '../../api/schemas/sessions.ts';
import { type Column, formatFacts, formatTable } from '../output/table.ts';
import { companies, connectionOf, resource, salesReport } from './companies.ts';
import type { Exported } from './export.ts';
import type { Stack } from './stack.ts';

interface Row {
  readonly name: string;
  readonly status: string;
  readonly ledger: Ledger;
}

const count = (title: string, name: keyof Ledger): Column<Row> => ({
  title,
  align: 'right',
  value: ({ ledger }) => ledger[name],
});
const countColumns: readonly Column<Row>[] = [
  { title: 'company', value: ({ name }) => name },
  { title: 'status', value: ({ status }) => status },
  count('read', 'read'),
  count('inserted', 'inserted'),
  count('updated', 'updated'),
  count('unchanged', 'unchanged'),
  count('duplicate', 'duplicate'),
  count('quarantined', 'quarantined'),
  count('records', 'recordsAfter'),
];

/** The row counts of the companies' sessions, with their sum. */
export function countLines(sessions: readonly Session[]): string[] {
  const rows = sessions.map(
    (session, at): Row => ({
      name: companies[at]?.name ?? session.connectionId,
      status: `${session.code} ${session.text}`,
      ledger: session.ledger,
    }),
  );
  const sum: Row = { name: 'Sum', status: '', ledger: addLedgers(...rows.map(({ ledger }) => ledger)) };
  return formatTable([...rows, sum], countColumns);
}

/** Three records, and where the others are. */
export function dataLines({ file, records, samples }: Exported): string[] {
  const data = (name: string) => ({ title: name, value: shown(name) });
  return [
    ...formatTable(samples, [
      { title: 'key', value: ({ key }) => key },
      data('order_date'),
      { ...data('product_name'), widest: 36 },
      data('city'),
      data('category'),
      { ...data('sales'), align: 'right' as const },
    ]),
    '',
    `${records.toLocaleString('en-US')} records are in ${nearest(file)} (JSON lines).`,
  ];
}

/** Short where it is below the working folder. */
function nearest(file: string): string {
  const below = relative('', file);
  return below.startsWith('..') ? file : below;
}

const shown =
  (name: string) =>
  ({ data }: Exported['samples'][number]): string | number => {
    const value = data[name];
    return typeof value === 'number' ? value : String(value ?? '');
  };

/** Where things answer, and what to try. */
export function whereLines(
  { api, engineUi, storefront }: Stack,
  namespace: string,
  running: boolean,
): string[] {
  const connection = connectionOf(companies[0]);
  const addresses = formatFacts([
    ['API', `${api.url}/api`],
    ['API docs', `${api.url}/api/docs`],
    ['Temporal Web UI', engineUi && `${engineUi}/namespaces/${namespace}/workflows`],
    ['Sample app', storefront.url],
  ]);
  const tries = [
    `npx tributary insights ${connection}`,
    `npx tributary forecast ${connection}`,
    `npx tributary benchmark ${connection}`,
    `npx tributary session report ${connection} > report.html`,
    `npx tributary why ${connection}`,
    `npx tributary records ${connection} ${resource} --limit 5`,
    `npx tributary report fill ${salesReport} --from 2017-10-01 --to 2017-10-31`,
    'npx tributary demo break',
  ];
  if (!running)
    return [
      `To see more, start again without --once (npm start), then: npx tributary insights ${connection}, or forecast, benchmark, session report`,
    ];
  return [...addresses, '', 'Try next, in another terminal:', ...tries.map((line) => `  ${line}`)];
}
