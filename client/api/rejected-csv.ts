import { stringify } from 'csv-stringify/sync';
import type { SyncDoc, SyncRecordDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { fieldsOf } from './views/sync-run.ts';

const rowsPerRead = 500;
const columns = [
  'key',
  'status',
  'action',
  'code',
  'message',
  'requestId',
  'attempts',
  'run',
  'triedAgainIn',
  'at',
];

const lines = (rows: readonly (readonly unknown[])[]): string =>
  stringify(
    rows.map((row) =>
      row.map((value) => (value !== null && typeof value === 'object' ? JSON.stringify(value) : value)),
    ),
    { escape_formulas: true, record_delimiter: 'windows', cast: { boolean: String } },
  );

/** Rows without success as CSV, page by page: what happened to each, then the fields that were to be sent. */
export async function* rejectedCsv(
  { stores }: Pick<RouteDeps, 'stores'>,
  { _id, mapping, keyField }: SyncDoc,
): AsyncGenerator<string> {
  const names = mapping.map(({ to }) => to).filter((name) => name !== keyField);
  yield lines([[...columns, ...names]]);
  const rows = stores.syncRecords.of(_id);
  for (let after: string | undefined; ; ) {
    const page = await rows.page(
      { status: ['failed', 'quarantined'] },
      {
        limit: rowsPerRead,
        ...(after === undefined ? {} : { after }),
      },
    );
    if (page.length > 0) yield lines(page.map((doc) => [...outcomeOf(doc), ...fieldsIn(doc, names)]));
    after = page.at(-1)?._id;
    if (page.length < rowsPerRead) return;
  }
}

const outcomeOf = ({ _id, status, action, error, attempts, run, notBefore, at }: SyncRecordDoc) => [
  ...[_id, status, action, error?.code, error?.message, error?.requestId],
  ...[attempts, run, notBefore, at.toISOString()],
];

function fieldsIn(doc: SyncRecordDoc, names: readonly string[]): readonly unknown[] {
  const fields = fieldsOf(doc) ?? {};
  return names.map((name) => fields[name] ?? null);
}
