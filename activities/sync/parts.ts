import type { DeliveryRow, RowOutcome } from '../../destinations/contract.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ListPlace, ListRow } from '../../stores/model.ts';
import { keyFieldsOf, type OpenRun } from './open.ts';

/** Rows of one call of the destination: as they are listed, as it gets them, and those that are larger than it takes. */
export interface Part {
  readonly list: number;
  /** Place of the first of them. */
  readonly at: number;
  readonly part: readonly ListRow[];
  readonly listRows: number;
  readonly deliverable: readonly DeliveryRow[];
  readonly refused: readonly RowOutcome[];
}

/** What is left of the work lists from a place on. @throws {TributaryError} NOT_FOUND */
export async function* partsOf(work: OpenRun, from: ListPlace): AsyncGenerator<Part> {
  const { run, rows, driver } = work;
  const { rowsPerWrite, rowBytes } = driver.description.limits;
  const count = run.staging?.lists ?? 0;
  for (let list = from.list; list < count; list++) {
    const todo = (await rows.list(run._id, list))?.rows;
    if (todo === undefined) throw new TributaryError('NOT_FOUND', `Work list ${list} of the run is gone.`);
    const listRows = todo.length;
    for (let at = list === from.list ? from.row : 0; at < listRows; at += rowsPerWrite) {
      const part = todo.slice(at, at + rowsPerWrite);
      yield { list, at, part, listRows, ...prepare(work, part, rowBytes) };
    }
  }
}

/** Rows as the destination gets them, and those that are larger than it takes. */
function prepare(
  { sync }: OpenRun,
  part: readonly ListRow[],
  rowBytes: number | null,
): { readonly deliverable: readonly DeliveryRow[]; readonly refused: readonly RowOutcome[] } {
  const deliverable: DeliveryRow[] = [];
  const refused: RowOutcome[] = [];
  for (const { key, action, fields } of part) {
    const named = keyFieldsOf(key, sync);
    const keyText = JSON.stringify('fields' in named ? named.fields : { [sync.keyField]: key });
    const bytes = rowBytes === null ? 0 : Buffer.byteLength(fields) + Buffer.byteLength(keyText);
    if (rowBytes !== null && bytes > rowBytes) {
      const message = `The row has ${bytes} bytes; the destination takes ${rowBytes}.`;
      refused.push({ key, outcome: 'rejected', code: 'ROW_TOO_LARGE', message, requestId: null });
      continue;
    }
    // One text, read once: the key field comes first.
    const hasMore = action !== 'delete' && fields !== '{}';
    const text = hasMore ? `${keyText.slice(0, -1)},${fields.slice(1)}` : keyText;
    deliverable.push({ key, action, fields: JSON.parse(text) as JsonObject });
  }
  return { deliverable, refused };
}
