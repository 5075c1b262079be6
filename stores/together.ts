import { type Collection, MongoBulkWriteError, type OptionalUnlessRequiredId } from 'mongodb';
import { isDuplicate, type TextId } from './commands.ts';

/** More documents than this wait for the next command. */
const mostAtOnce = 200;

interface Waiting<D> {
  readonly doc: D;
  readonly settle: (outcome: boolean | Error) => void;
}

/**
 * Inserts what many ask for at the same time by few commands: while one is under way the next documents gather. Each
 * caller hears of its own document alone, and only when it is stored.
 * @returns A function that says whether its document was new; one that was there already stays as it is.
 */
export function createJointInsert<D extends TextId>(collection: Collection<D>): (doc: D) => Promise<boolean> {
  const waiting: Waiting<D>[] = [];
  let running = false;

  async function insert(part: readonly Waiting<D>[]): Promise<void> {
    const docs = part.map(({ doc }) => doc) as OptionalUnlessRequiredId<D>[];
    try {
      await collection.insertMany(docs, { ordered: false });
      for (const { settle } of part) settle(true);
    } catch (error) {
      const refused = new Map(writeErrorsOf(error).map((one) => [one.index, one]));
      // A failure that is none of single documents (the store is gone) is everybody's.
      const all = refused.size === 0 ? asError(error) : null;
      for (const [index, { settle }] of part.entries()) {
        const own = refused.get(index);
        settle(all ?? (own === undefined ? true : own.code === duplicateKey ? false : asError(own)));
      }
    }
  }

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) await insert(waiting.splice(0, mostAtOnce));
    running = false;
  }

  return (doc) =>
    new Promise((resolve, reject) => {
      waiting.push({
        doc,
        settle: (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)),
      });
      if (!running) void run();
    });
}

const duplicateKey = 11000;

function writeErrorsOf(
  error: unknown,
): { readonly index: number; readonly code: number; readonly message: string }[] {
  if (!(error instanceof MongoBulkWriteError)) return [];
  const errors = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  const found = errors.map(({ index, code, errmsg }) => ({
    index,
    code: Number(code),
    message: errmsg ?? 'refused',
  }));
  // Some stores answer a single refused document without a list.
  return found.length === 0 && isDuplicate(error)
    ? [{ index: 0, code: duplicateKey, message: error.message }]
    : found;
}

const asError = (fault: unknown): Error =>
  fault instanceof Error ? fault : new Error((fault as { message?: string }).message ?? String(fault));
