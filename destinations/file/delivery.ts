import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Delivery, DeliveryRow, RowOutcome } from '../contract.ts';
import { failureOf } from './failures.ts';
import type { PartFile } from './part.ts';
import type { RowFormat } from './rows.ts';

const compress = promisify(gzip);

export interface FileDelivery {
  readonly format: RowFormat;
  readonly gzip: boolean;
  /** Begins a file; nothing is made before the first row. */
  readonly openPart: () => Promise<PartFile>;
  /** Gives the file its name. */
  readonly publish: (part: PartFile) => Promise<string>;
}

/** Writes rows to one file; they count when it has its name, at `finish`. */
export function createDelivery({ format, gzip, openPart, publish }: FileDelivery): Delivery {
  let part: PartFile | undefined;
  let keys: string[] = [];
  /** A file that was written in part is of no use any more. */
  let broken: unknown;

  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    if (broken !== undefined) throw broken;
    try {
      return await work();
    } catch (error) {
      broken = failureOf(error);
      throw broken;
    }
  }

  async function append(rows: readonly DeliveryRow[], signal: AbortSignal): Promise<void> {
    const begun = part !== undefined;
    part ??= await openPart();
    const text = Buffer.from(`${begun ? '' : format.head}${format.text(rows)}`);
    // Compressed pieces one after the other are a compressed file too.
    const bytes = gzip ? await compress(text) : text;
    signal.throwIfAborted();
    await part.append(bytes);
    for (const { key } of rows) keys.push(key);
  }

  return {
    write: (rows, { signal }) =>
      guarded(async () => {
        signal.throwIfAborted();
        if (rows.length > 0) await append(rows, signal);
        return [];
      }),
    finish: ({ signal }) =>
      guarded(async () => {
        signal.throwIfAborted();
        if (part === undefined) return [];
        const requestId = await publish(part);
        const outcomes = keys.map((key): RowOutcome => ({ key, outcome: 'delivered', requestId }));
        part = undefined;
        keys = [];
        return outcomes;
      }),
    close: async () => {
      broken ??= new Error('The delivery is closed.');
      await part?.discard();
      part = undefined;
    },
  };
}
