import { createHash } from 'node:crypto';
import type { Db } from 'mongodb';
import { getOne, insertOnce, type TextId } from './commands.ts';
import { grantId } from './grants.ts';
import { type Holding, holdingsOf, type Owner } from './holdings.ts';
import type { Count } from './keyed.ts';
import type { ReceiptEntry } from './model.ts';
import { collections } from './names.ts';

/** `_id` is `<connectionId>/<generation>/<name>`: kept so that a repeated purge gives the same receipt. */
export type PurgeDoc = TextId & Omit<ReceiptEntry, 'outcome'>;

/** Something of the store that is not as a receipt says. */
export interface Deviation {
  /** Of the receipt; null: it is about the receipt itself. */
  readonly name: string | null;
  readonly problem: 'THERE' | 'CHANGED' | 'NOT_IN_RECEIPT' | 'SIGNATURE' | 'NOT_ENDED' | 'MISSING';
  readonly message: string;
}

/** Which part of a purge is wanted. */
export interface PurgeOptions {
  /** What the records are made of stays, with counts and hashes that tell whether it was touched. */
  readonly keepData: boolean;
  /** Deletes only what an earlier purge of the generation kept. */
  readonly keptOnly?: boolean;
}

/** Deletes what one generation of a connection left, and compares receipts with what is there. */
export function createPurge(db: Db, count: Count) {
  const purges = db.collection<PurgeDoc>(collections.purges);

  /** Notes what is there first, so that a purge cut short and repeated tells all it deleted. */
  const noted = async (prefix: string, { name, ids }: Holding): Promise<Omit<ReceiptEntry, 'outcome'>> => {
    const _id = `${prefix}/${name}`;
    const known = await getOne(purges, _id);
    if (known !== null) return told(known);
    const doc: PurgeDoc = { _id, name, ...(await summed(ids())) };
    if (await insertOnce(purges, doc)) return told(doc);
    return told((await getOne(purges, _id)) ?? doc);
  };

  /**
   * May be repeated: it deletes what is there now and tells what it deleted in all.
   * @returns one entry for each holding, also for empty ones
   */
  async function purge(owner: Owner, { keepData, keptOnly = false }: PurgeOptions): Promise<ReceiptEntry[]> {
    const prefix = grantId(owner.connectionId, owner.generation);
    const done: ReceiptEntry[] = [];
    for (const holding of await holdingsOf(db, count, owner)) {
      const { name, kind, how, lines, remove } = holding;
      if (keptOnly && kind === 'access') continue;
      if (keepData && kind === 'data') {
        done.push({ name, outcome: 'kept', ...(await summed(lines())) });
        continue;
      }
      done.push({ ...(await noted(prefix, holding)), outcome: how === 'clear' ? 'cleared' : 'deleted' });
      await remove();
    }
    return done;
  }

  /** What a purge would come to now, without the hashes. */
  async function preview(
    owner: Owner,
    { keepData, keptOnly = false }: PurgeOptions,
  ): Promise<Omit<ReceiptEntry, 'hash'>[]> {
    const told: Omit<ReceiptEntry, 'hash'>[] = [];
    for (const { name, kind, how, count: there } of await holdingsOf(db, count, owner)) {
      if (keptOnly && kind === 'access') continue;
      const gone = how === 'clear' ? ('cleared' as const) : ('deleted' as const);
      const outcome = keepData && kind === 'data' ? ('kept' as const) : gone;
      told.push({ name, outcome, count: await there() });
    }
    return told;
  }

  /** How the store differs from what a receipt says of it; none: it is as it says. */
  async function compare(owner: Owner, entries: readonly ReceiptEntry[]): Promise<Deviation[]> {
    const holdings = await holdingsOf(db, count, owner);
    const found: Deviation[] = [];
    for (const holding of holdings) {
      const entry = entries.find(({ name }) => name === holding.name);
      const deviation =
        entry?.outcome === 'kept' ? await changed(holding, entry) : await leftIn(holding, entry);
      if (deviation !== null) found.push(deviation);
    }
    for (const { name, count: was } of entries)
      if (was > 0 && !holdings.some((holding) => holding.name === name))
        found.push({
          name,
          problem: 'MISSING',
          message: `${name} is no collection that this connection has.`,
        });
    return found;
  }

  return { purge, preview, compare };
}

async function changed({ name, lines }: Holding, entry: ReceiptEntry): Promise<Deviation | null> {
  const now = await summed(lines());
  if (now.count === entry.count && now.hash === entry.hash) return null;
  const message =
    now.count === entry.count
      ? `${name} was kept with ${documents(now.count)}; their content was changed since.`
      : `${name} was kept with ${documents(entry.count)}; now it has ${now.count}.`;
  return { name, problem: 'CHANGED', message };
}

async function leftIn(
  { name, how, ids }: Holding,
  entry: ReceiptEntry | undefined,
): Promise<Deviation | null> {
  let left = 0;
  let first = '';
  for await (const id of ids()) {
    first ||= id;
    left += 1;
  }
  if (left === 0) return null;
  const there = `${documents(left)} in ${name}, such as "${first}"`;
  if (entry === undefined)
    return { name, problem: 'NOT_IN_RECEIPT', message: `The receipt does not tell of ${there}.` };
  const message = how === 'clear' ? `Not cleared: ${there}.` : `Not deleted, or back again: ${there}.`;
  return { name, problem: 'THERE', message };
}

const documents = (count: number): string => `${count} ${count === 1 ? 'document' : 'documents'}`;

/** Count and SHA-256 (hex), a line each. */
async function summed(lines: AsyncIterable<string>): Promise<{ count: number; hash: string }> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const line of lines) {
    hash.update(`${line}\n`);
    count += 1;
  }
  return { count, hash: hash.digest('hex') };
}

const told = ({ name, count, hash }: PurgeDoc) => ({ name, count, hash });
