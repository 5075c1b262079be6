import type { Ledger } from '../../domain/ledger.ts';
import type { Session, SessionSummary } from '../api/schemas/sessions.ts';
import { formatMs, type LiveLine } from './output/live.ts';
import { formatCount } from './output/table.ts';

const rowsText = (rows: number): string => `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}`;

/** `3,203 rows read: 3,203 inserted`; counts of 0 are left out. */
function ledgerText(ledger: Ledger): string {
  const kinds = [
    'inserted',
    'updated',
    'unchanged',
    'duplicate',
    'filtered',
    'quarantined',
    'tombstoned',
  ] as const;
  const parts = kinds
    .filter((kind) => ledger[kind] > 0)
    .map((kind) => `${formatCount(ledger[kind])} ${kind}`);
  return `${rowsText(ledger.read)} read${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

/** Whether nothing more happens without a person: it has ended, or waits in an error status. */
export const isSettled = ({ closedAt, kind }: SessionSummary): boolean =>
  closedAt !== null || kind === 'error';

function loadingText(session: Session): string {
  const parts = session.resources.flatMap(({ loading }) => (loading ? [loading] : []));
  if (parts.length === 0) return '';
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  if (parts.every(({ done }) => done)) return rowsText(rows);
  const totals = parts.map(({ total }) => total);
  const total = totals.includes(null) ? null : totals.reduce<number>((sum, part) => sum + (part ?? 0), 0);
  const rate = parts.reduce((sum, part) => sum + (part.rowsPerSecond ?? 0), 0);
  const ends = parts.flatMap(({ expectedEnd }) => (expectedEnd ? [Date.parse(expectedEnd)] : []));
  const left = Math.max(...ends, 0) - Date.now();
  return [
    total === null ? rowsText(rows) : `${formatCount(rows)} of ${rowsText(total)}`,
    ...(rate > 0 ? [`${formatCount(Math.round(rate))} rows/s`] : []),
    ...(ends.length > 0 && left > 0 ? [`ends in about ${formatMs(left)}`] : []),
  ].join(', ');
}

function workText(session: Session): string {
  if (session.code === 2) return loadingText(session);
  if (session.code === 19) return ledgerText(session.ledger);
  if (session.code === 16) return session.substages.find(({ status }) => status === 'running')?.name ?? '';
  if (session.code === 6) return 'waits for the authorization';
  if (session.code === 25) return 'waits for the app to call';
  // `tributary why` has the whole sentence.
  if (session.kind === 'error' || session.kind === 'final') return session.reason ?? '';
  return loadingText(session);
}

/** How a session stands, in one line: `West  2 Loading  1,500 of 3,203 rows, 812 rows/s`. */
export function sessionLine(name: string, session: Session): LiveLine {
  const loading = session.resources.flatMap((part) => (part.loading?.total ? [part.loading] : []));
  const quarters = loading.map(({ rows, total }) => Math.floor((4 * rows) / (total ?? 1)));
  const work = workText(session);
  const status = `${String(session.code ?? '').padStart(2)} ${session.text || session.name}`;
  return {
    key: [name, session.id, session.code, ...(session.code === 2 ? quarters : [])].join(' '),
    text: `${name}  ${status.padEnd(15)}  ${work}`.trimEnd(),
  };
}
