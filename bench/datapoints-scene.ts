import { fileURLToPath } from 'node:url';
import { type ConnectorDefinition, loadDefinition } from '../connectors/definition.ts';
import type { JsonObject } from '../domain/json.ts';

export const resource = 'orders';
const kinds = ['Chairs', 'Phones', 'Binders', 'Paper', 'Tables', 'Art', 'Storage', 'Labels', 'Copiers'];
const segments = ['Consumer', 'Corporate', 'Home Office'];

/** The storefront's four metrics: a sum, a distinct count, a ratio and an average, by three dimensions. */
export const benchDefinition: ConnectorDefinition = loadDefinition(
  fileURLToPath(new URL('../connectors/storefront.yaml', import.meta.url)),
);

/** Order number `n`, of four years: what metrics read, and two fields that they do not. */
export function benchOrder(n: number): JsonObject {
  const time = new Date(Date.UTC(2021, 0, 1) + ((n * 7919) % 1461) * 86_400_000).toISOString();
  const sales = Math.round(((n * 104_729) % 100_000) * 1.37) / 100;
  return {
    ...{ row_id: n, order_id: `US-${Math.floor(n / 2)}`, order_date: time.slice(0, 10) },
    ...{ customer_id: `C-${n % 7000}`, segment: segments[n % 3] ?? '', product_id: `P-${n % 1800}` },
    ...{ category: kinds[n % 3] ?? '', sub_category: kinds[n % 9] ?? '', sales, quantity: 1 + (n % 9) },
    ...{ discount: (n % 5) / 10, profit: Math.round(sales * ((n % 7) - 2) * 10) / 100 },
  };
}

/** What the process of this bench is told and tells. */
export interface DatapointsFigures {
  readonly records: number;
  readonly idleMb: number | null;
  readonly peakMb: number | null;
  /** Records a second. */
  readonly reading: number;
  readonly building: number;
  readonly series: number;
}
