import { readOrders } from '../../examples/storefront/orders.ts';
import type { SeriesDoc } from '../../stores/model.ts';

export const regions = ['West', 'East', 'Central', 'South'] as const;

/** Rows of a region of the sample, with numbers as numbers. */
export const ordersOf = (region: string) =>
  readOrders()
    .filter((row) => row.region === region)
    .map((row) => ({ ...row, sales: Number(row.sales) }));

/** The monthly series of the storefront's metrics, added up the plain way from the rows of a region. */
export function seriesOfRegion(region: string): SeriesDoc[] {
  const months = new Map<string, ReturnType<typeof ordersOf>>();
  for (const row of ordersOf(region)) {
    const start = `${row.order_date.slice(0, 7)}-01`;
    months.set(start, [...(months.get(start) ?? []), row]);
  }
  const starts = [...months.keys()].sort();
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const made = (
    metric: string,
    currency: string | null,
    point: (rows: ReturnType<typeof ordersOf>) => { value: number; sum?: number; weight?: number },
  ): SeriesDoc => ({
    _id: currency === null ? metric : `${metric}/${currency}`,
    ...{ metric, grain: 'month', dimension: null, currency },
    points: starts.map((start) => {
      const rows = months.get(start) ?? [];
      return { start, rows: rows.length, ...point(rows) };
    }),
    changedIn: 'session.1',
    updatedAt: new Date(0),
  });
  const ratio = (top: number, bottom: number) => ({ value: top / bottom, sum: top, weight: bottom });
  return [
    made('sales', 'USD', (rows) => ({ value: sum(rows.map(({ sales }) => sales)) })),
    made('orders', null, (rows) => ({ value: new Set(rows.map(({ order_id }) => order_id)).size })),
    made('margin', null, (rows) =>
      ratio(sum(rows.map(({ profit }) => profit)), sum(rows.map(({ sales }) => sales))),
    ),
    made('discount', null, (rows) => ratio(sum(rows.map(({ discount }) => discount)), rows.length)),
  ];
}
