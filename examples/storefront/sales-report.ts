import { stringify } from 'csv-stringify/sync';
import type { OrderRow } from './orders.ts';

export const saleStatuses = ['pending', 'completed', 'returned', 'cancelled'] as const;

/** One order of a day, as a report tells it. */
export interface SaleRow {
  readonly order_id: string;
  readonly customer_id: string;
  readonly region: string;
  /** Order lines. */
  readonly lines: number;
  readonly quantity: number;
  /** Text only when a line of the order is malformed on purpose. */
  readonly sales: number | string;
  /** Average of the lines. */
  readonly discount: number;
  readonly profit: number;
  readonly status: (typeof saleStatuses)[number];
}

const columns = [
  'order_id',
  'customer_id',
  'region',
  'lines',
  'quantity',
  'sales',
  'discount',
  'profit',
  'status',
] as const satisfies readonly (keyof SaleRow)[];

const DAY_MS = 86_400_000;
const daysBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
/** Sums of cents would show what floats do to them. */
const rounded = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits + 0;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** A number from 0 to below 1 that is always the same for that text (FNV-1a, mixed). */
function lot(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 4_294_967_296;
}

/** Of these orders the payment is in doubt: they stay pending for one to three weeks. */
const SLOW = 0.3;
const SLOWEST_DAYS = 21;

/** Most orders are settled when they are shipped, some only up to 21 days after the purchase. */
function pendingDays({ order_id, order_date, ship_date }: OrderRow): number {
  if (lot(`${order_id} slow`) < SLOW) return 7 + Math.floor(lot(`${order_id} days`) * (SLOWEST_DAYS - 6));
  return Math.min(Math.max(daysBetween(order_date, ship_date), 0), SLOWEST_DAYS);
}

function statusOf(first: OrderRow, today: string): SaleRow['status'] {
  if (daysBetween(first.order_date, today) < pendingDays(first)) return 'pending';
  const end = lot(`${first.order_id} end`);
  return end < 0.88 ? 'completed' : end < 0.95 ? 'returned' : 'cancelled';
}

function saleOf(lines: readonly [OrderRow, ...OrderRow[]], today: string): SaleRow {
  const [first] = lines;
  const status = statusOf(first, today);
  // What was cancelled was never sold.
  const counted = status === 'cancelled' ? [] : lines;
  const sales = counted.map((line) => line.sales);
  const numbers = sales.filter((value) => typeof value === 'number');
  return {
    order_id: first.order_id,
    customer_id: first.customer_id,
    region: first.region,
    lines: lines.length,
    quantity: sum(counted.map((line) => line.quantity)),
    sales: numbers.length < sales.length ? 'n/a' : rounded(sum(numbers), 2),
    discount: rounded(sum(lines.map((line) => line.discount)) / lines.length, 4),
    profit: rounded(sum(counted.map((line) => line.profit)), 4),
    status,
  };
}

/**
 * The orders of one day as they are known today, by order id. A report of the same day that is made later tells of
 * orders that are not pending any more.
 * @param rows Order lines of one company; a line that is there twice counts once.
 * @param date YYYY-MM-DD
 * @param today YYYY-MM-DD
 */
export function salesReport(rows: readonly OrderRow[], date: string, today: string): readonly SaleRow[] {
  const lines = new Map(
    rows.filter(({ order_date }) => order_date === date).map((row) => [row.row_id, row] as const),
  );
  const orders = new Map<string, [OrderRow, ...OrderRow[]]>();
  for (const line of lines.values()) {
    const others = orders.get(line.order_id);
    if (others) others.push(line);
    else orders.set(line.order_id, [line]);
  }
  return [...orders.values()]
    .map((order) => saleOf(order, today))
    .sort((a, b) => (a.order_id < b.order_id ? -1 : 1));
}

/** As a table with a line of names; nothing but the names where there are no orders. */
export const salesCsv = (rows: readonly SaleRow[]): string =>
  stringify([...rows], { header: true, columns: [...columns] });
