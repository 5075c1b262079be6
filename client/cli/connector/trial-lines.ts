import { formatTable, plain } from '../output/table.ts';
import type { ResourceTrial, Trial } from './trial.ts';

/** Reasons of one resource that are shown. */
const shownReasons = 5;

function notes({ resource, reasons, faults, hints }: ResourceTrial): string[] {
  const more = reasons.length - shownReasons;
  return [
    ...faults.map((fault) => `fault: ${fault}`),
    ...reasons
      .slice(0, shownReasons)
      .map(({ reason, rows, first }) => `${rows} unfit (first: row ${first}): ${reason}`),
    ...(more > 0 ? [`${more} more reasons`] : []),
    ...hints.map((hint) => `hint: ${hint}`),
  ].map((line) => plain(`${resource}: ${line}`));
}

const followed = (next: boolean | null): string => (next === null ? '' : next ? 'found' : 'none');

/** What came of trying a connector, for people. */
export function trialLines({ ok, connection, resources }: Trial): string[] {
  return [
    connection.ok
      ? plain(`connection: OK, account ${connection.account}`)
      : plain(`connection: ${connection.error ?? 'failed'}`),
    ...(resources.length === 0
      ? []
      : formatTable(resources, [
          { title: 'resource', value: (row) => row.resource },
          { title: 'rows', value: (row) => row.rows, align: 'right' },
          { title: 'fits', value: (row) => row.fits, align: 'right' },
          { title: 'unfit', value: (row) => row.unfit, align: 'right' },
          { title: 'next page', value: (row) => followed(row.next) },
          { title: 'result', value: (row) => (row.unfit === 0 && row.faults.length === 0 ? 'OK' : 'faults') },
        ])),
    ...resources.flatMap(notes),
    ok
      ? 'All is well with the first pages. Further pages and changes are read by: tributary connector run'
      : 'There are faults.',
  ];
}
