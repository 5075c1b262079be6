import { TributaryError } from '../../domain/errors.ts';
import type { Mark, Spot } from './bookmark.ts';
import { isSameParquet, readParquet } from './parquet.ts';
import type { OpenFile, Place } from './place.ts';
import { fileFault } from './refusal.ts';
import { type FileRead, holdsStill, type Part, readText } from './text.ts';

/** Times that a file is read when it is replaced each time meanwhile. */
const maxReads = 3;

const isSame = (read: Omit<FileRead, 'start' | 'schema'>, spot: Spot): Promise<boolean> =>
  read.file.format === 'parquet' ? isSameParquet(read, spot.digest) : holdsStill(read, spot);

/** What became of a file while it was read: `gone`, another one, or the same, which may have grown. */
async function lookAgain(
  place: Place,
  read: Omit<FileRead, 'start' | 'schema'>,
  spot: Spot,
): Promise<'gone' | 'other' | 'same'> {
  const { name, opened } = read;
  const stamp = await place.stampOf(name);
  if (stamp === null) return 'gone';
  if (stamp === opened.stamp) return 'same';
  const now = await place.open(name);
  if (now === null) return 'gone';
  try {
    return (await isSame({ ...read, opened: now }, spot)) ? 'same' : 'other';
  } finally {
    await now.handle.close();
  }
}

async function* readOnce(read: FileRead): AsyncGenerator<Part, boolean> {
  return yield* read.file.format === 'parquet' ? readParquet(read) : readText(read);
}

/**
 * Reads one file of a place, from where its rows were given last. One that is not the file of that time any more, or
 * that is replaced while it is read, is read from its beginning: its rows are given again, which changes nothing where
 * they are the same.
 * @returns how far it was given; null when it is gone
 * @throws TributaryError SOURCE_FILE_REFUSED, or SOURCE_FILE_CHANGING when it is replaced again and again
 */
export async function* readFile(
  place: Place,
  { start, ...file }: Omit<FileRead, 'opened'>,
  signal: AbortSignal,
): AsyncGenerator<Part, Mark | null> {
  let from = start;
  for (let reads = 0; reads < maxReads; ) {
    const opened: OpenFile | null = await place.open(file.name);
    if (opened === null) return null;
    try {
      let spot = from;
      const parts = readOnce({ ...file, opened, start: from });
      let known = true;
      let begins: Pick<Part, 'begins'> = { begins: from?.line ?? 1 };
      for (;;) {
        signal.throwIfAborted();
        const part = await parts.next();
        if (part.done) {
          known = part.value;
          break;
        }
        spot = part.value.spot;
        yield { ...part.value, ...begins };
        begins = {};
      }
      if (known && spot !== null) {
        const after = await lookAgain(place, { ...file, opened }, spot);
        if (after === 'gone') return null;
        if (after === 'same') return { ...spot, stamp: opened.stamp };
      }
      // Not knowing the place to go on from costs no read: nothing was given.
      if (known || from === null) reads += 1;
      from = null;
    } catch (error) {
      throw fileFault(file.name, error);
    } finally {
      await opened.handle.close();
    }
  }
  throw new TributaryError('SOURCE_FILE_CHANGING', `${file.name} was replaced each time while it was read.`, {
    file: file.name,
  });
}
