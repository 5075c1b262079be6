import type { DeliveryRow, RowOutcome } from '../../destinations/contract.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ListPlace, ListRow } from '../../stores/model.ts';
import { openConnection } from '../connection.ts';
import type { ActivityPorts } from '../ports.ts';
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

/**
 * What is left of the work lists from a place on. With each list the connection is looked at again.
 * @throws {TributaryError} NOT_FOUND, CONNECTION_GONE
 */
export async function* partsOf(ports: ActivityPorts, work: OpenRun, from: ListPlace): AsyncGenerator<Part> {
  const { run, rows, driver } = work;
  const { rowsPerWrite } = driver.description.limits;
  const prepare = preparing(work);
  const count = run.staging?.lists ?? 0;
  for (let list = from.list; list < count; list++) {
    const [found] = await Promise.all([rows.list(run._id, list), openConnection(ports, run)]);
    const todo = found?.rows;
    if (todo === undefined) throw new TributaryError('NOT_FOUND', `Work list ${list} of the run is gone.`);
    const listRows = todo.length;
    for (let at = list === from.list ? from.row : 0; at < listRows; at += rowsPerWrite) {
      const part = todo.slice(at, at + rowsPerWrite);
      yield { list, at, part, listRows, ...prepare(part) };
    }
  }
}

/** Most texts are so short that they need not be counted. */
const fits = (text: string, mostBytes: number): boolean =>
  text.length * 3 <= mostBytes || Buffer.byteLength(text) <= mostBytes;

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
      if (rowBytes === null || fits(text, rowBytes)) {
        small.push(row);
        texts.push(text);
        continue;
      }
      const bytes = Buffer.byteLength(text);
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
