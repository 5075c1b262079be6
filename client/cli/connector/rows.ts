import type { ResourceDefinition } from '../../../connectors/definition.ts';
import { counted } from '../output/table.ts';
import type { Access } from './access.ts';

export interface RunOptions {
  readonly since?: string;
  /** Rows at most. */
  readonly limit?: number;
  /** Pages at most. */
  readonly pages?: number;
}

/** Writes lines as fast as the reader takes them. */
export interface LineWriter {
  /** @returns false when the reader has gone */
  readonly write: (line: string) => Promise<boolean>;
  /** Aborted when the reader has gone. */
  readonly gone: AbortSignal;
}

/** Makes a writer on stdout; a reader that stops early, such as `head`, is no failure. */
export function createLineWriter(stream: NodeJS.WriteStream = process.stdout): LineWriter {
  const gone = new AbortController();
  let wake: (() => void) | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    gone.abort(error);
    wake?.();
  });
  stream.on('drain', () => wake?.());
  return {
    gone: gone.signal,
    write: async (line) => {
      if (gone.signal.aborted) return false;
      if (!stream.write(`${line}\n`))
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return !gone.signal.aborted;
    },
  };
}

/** Pages that are worth a line of progress: 1 to 10, then each tenth, and so on. */
const worthTelling = (page: number): boolean => page % 10 ** Math.floor(Math.log10(page)) === 0;

/**
 * Reads a resource and writes its rows as JSON lines, exactly as the app gave them. A page is asked for only when the
 * one before it has been taken.
 * @param note Told of progress and waits.
 * @throws TributaryError as the source does
 */
export async function writeRows(
  { source }: Pick<Access, 'source'>,
  resource: ResourceDefinition,
  { since, limit = Number.POSITIVE_INFINITY, pages = Number.POSITIVE_INFINITY }: RunOptions,
  writer: LineWriter,
  note: (line: string) => void,
): Promise<void> {
  let rows = 0;
  let page = 0;
  let more = false;
  const progress = (): string => `${resource.id}: ${counted(rows, 'row')}, ${counted(page, 'page')}`;
  const request = {
    resource: resource.id,
    ...(since === undefined ? {} : { since }),
    signal: writer.gone,
    onWait: (ms: number) => note(`${resource.id}: waits ${Math.ceil(ms / 1000)} s, as the app asks`),
  };
  try {
    for await (const { rows: list, next } of source.read(request)) {
      page += 1;
      more = next !== null || list.length > limit - rows;
      for (const row of list) {
        if (rows >= limit) break;
        if (!(await writer.write(JSON.stringify(row)))) throw writer.gone.reason;
        rows += 1;
      }
      if (next === null || rows >= limit || page >= pages) break;
      if (worthTelling(page)) note(progress());
    }
  } catch (error) {
    // The reader has what it wanted.
    if ((writer.gone.reason as NodeJS.ErrnoException | undefined)?.code === 'EPIPE') return;
    if (rows > 0) note(`${progress()}, then it failed`);
    throw error;
  }
  note(`${progress()}, ${more ? 'and the app has more' : 'done'}`);
}
