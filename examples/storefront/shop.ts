import { type AccountId, accounts, momentOf, type OrderRow, readOrders } from './orders.ts';
import { createShelf, type Shelf } from './shelf.ts';

export interface ShopOptions {
  /** The last days of the data that are kept back until they are released. @default 0 */
  readonly holdBackDays?: number;
  /** Days that were released before, to go on there. @default 0 */
  readonly releasedDays?: number;
  /** The same seed gives the same late updates, duplicates and malformed rows. @default 1 */
  readonly seed?: number;
}

/** What one released day brought. */
export interface ReleasedDay {
  /** YYYY-MM-DD */
  readonly day: string;
  /** New order lines. */
  readonly rows: number;
  /** Older lines with a new `updated_at`, those that were malformed the day before included. */
  readonly lateUpdates: number;
  readonly duplicates: number;
  readonly malformed: number;
  readonly daysLeft: number;
}

export interface Shop {
  readonly shelves: Readonly<Record<AccountId, Shelf>>;
  /** Puts the next day on the shelves; undefined when nothing is held back any more. */
  readonly release: () => ReleasedDay | undefined;
  readonly releasedDays: () => number;
  /** The last day on sale, YYYY-MM-DD: the shop's own present. */
  readonly today: () => string;
}

const DAY_MS = 86_400_000;
const addDays = (day: string, days: number) =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** Small seeded generator (mulberry32): numbers from 0 to below 1. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const pick = <T>(list: readonly T[], next: () => number): T | undefined =>
  list[Math.floor(next() * list.length)];

/** How often a released day has a line delivered twice, and one that is malformed until the next day. */
const DUPLICATE_CHANCE = 0.3;
const MALFORMED_CHANCE = 0.3;

/** The shop's order lines, with those of the last days held back. */
export function createShop(options: ShopOptions = {}): Shop {
  const { holdBackDays = 0, seed = 1 } = options;
  const orders = readOrders();
  const lastDay =
    orders
      .map((row) => row.order_date)
      .sort()
      .at(-1) ?? '';
  const cut = addDays(lastDay, -holdBackDays);
  const held = new Map<string, OrderRow[]>();
  for (const row of orders) {
    if (row.order_date > cut) held.set(row.order_date, [...(held.get(row.order_date) ?? []), row]);
  }
  const shelfOf = (name: string) =>
    createShelf(orders.filter((row) => row.region === name && row.order_date <= cut));
  const shelves = Object.fromEntries(accounts.map(({ id, name }) => [id, shelfOf(name)])) as Record<
    AccountId,
    Shelf
  >;
  const shelf = (row: OrderRow) => shelves[row.region.toLowerCase() as AccountId];
  let released = 0;
  /** Lines that were malformed on the day before, as they should have been. */
  let toMend: OrderRow[] = [];

  function release(): ReleasedDay | undefined {
    if (released >= holdBackDays) return undefined;
    released += 1;
    const day = addDays(cut, released);
    const daysLeft = holdBackDays - released;
    const next = random(seed * 100_003 + released);
    const fresh = held.get(day) ?? [];
    const late = accounts.flatMap(({ id }) => {
      const row = pick(shelves[id].rows(), next);
      return row && typeof row.sales === 'number' ? [{ ...row, ship_date: day }] : [];
    });
    const updates = [...toMend, ...late].map((row) => ({ ...row, updated_at: momentOf(day, row.row_id) }));
    const malformed = daysLeft > 0 && next() < MALFORMED_CHANCE ? pick(fresh, next) : undefined;
    const repeated =
      next() < DUPLICATE_CHANCE
        ? pick(
            fresh.filter((row) => row !== malformed),
            next,
          )
        : undefined;
    toMend = malformed ? [malformed] : [];
    for (const row of updates) shelf(row).put(row);
    for (const row of fresh) shelf(row).put(row === malformed ? { ...row, sales: 'n/a' } : row);
    if (repeated) shelf(repeated).repeat(repeated);
    return {
      day,
      rows: fresh.length,
      lateUpdates: updates.length,
      duplicates: repeated ? 1 : 0,
      malformed: malformed ? 1 : 0,
      daysLeft,
    };
  }

  for (let i = 0; i < (options.releasedDays ?? 0); i++) release();
  return { shelves, release, releasedDays: () => released, today: () => addDays(cut, released) };
}
