import type { DeliveryRow, RowOutcome } from '../../destinations/contract.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ListPlace, ListRow } from '../../stores/model.ts';
import { compileKey, type OpenRun } from './open.ts';

/** Rows of one call of the destination: as they are listed, as it gets them, and those that are larger than it takes. */
export interface Part {
  readonly list: number;
  /** Place of the first of them. */
  readonly at: number;
  readonly part: readonly ListRow[];
  readonly listRows: number;
  readonly deliverable: readonly DeliveryRow[];
  readonly refused: readonly RowOutcome[];
  /** Characters of the deliverable rows as JSON. */
  readonly chars: number;
}

/** What is left of the work lists from a place on. @throws {TributaryError} NOT_FOUND */
export async function* partsOf(work: OpenRun, from: ListPlace): AsyncGenerator<Part> {
  const { run, rows, driver } = work;
  const { rowsPerWrite } = driver.description.limits;
  const prepare = preparing(work);
  const count = run.staging?.lists ?? 0;
  for (let list = from.list; list < count; list++) {
    const todo = (await rows.list(run._id, list))?.rows;
    if (todo === undefined) throw new TributaryError('NOT_FOUND', `Work list ${list} of the run is gone.`);
    const listRows = todo.length;
    for (let at = list === from.list ? from.row : 0; at < listRows; at += rowsPerWrite) {
      const part = todo.slice(at, at + rowsPerWrite);
      yield { list, at, part, listRows, ...prepare(part) };
    }
  }
}

/** Makes rows as the destination gets them, the key field first, and finds those that are larger than it takes. */
function preparing({
  sync,
  driver,
}: OpenRun): (part: readonly ListRow[]) => Pick<Part, 'deliverable' | 'refused' | 'chars'> {
  const { keyField } = sync;
  const { rowBytes } = driver.description.limits;
  const keyOf = compileKey(sync);
  const keyName = JSON.stringify(keyField);
  return (part) => {
    const small: ListRow[] = [];
    const texts: string[] = [];
    const refused: RowOutcome[] = [];
    for (const row of part) {
      const { key, action, fields } = row;
      const named = keyOf(key);
      const keyText = `${keyName}:${JSON.stringify('value' in named ? named.value : key)}`;
      const hasMore = action !== 'delete' && fields !== '{}';
      const text = hasMore ? `{${keyText},${fields.slice(1)}` : `{${keyText}}`;
      const bytes = rowBytes === null ? 0 : Buffer.byteLength(text);
      if (rowBytes === null || bytes <= rowBytes) {
        small.push(row);
        texts.push(text);
        continue;
      }
      const message = `The row has ${bytes} bytes; the destination takes ${rowBytes}.`;
      refused.push({ key, outcome: 'rejected', code: 'ROW_TOO_LARGE', message, requestId: null });
    }
    // One text, read once.
    const text = `[${texts.join(',')}]`;
    const fields = JSON.parse(text) as JsonObject[];
    const deliverable = small.map(({ key, action }, index) => ({ key, action, fields: fields[index] ?? {} }));
    return { deliverable, refused, chars: text.length };
  };
}
