import { formatCount } from '../output/table.ts';

/** The fields of an order line that the sentence is made of. */
export interface OrderLine {
  readonly order_date?: unknown;
  readonly category?: unknown;
  readonly sales?: unknown;
  readonly profit?: unknown;
}

/** Adds up order lines. */
export interface Insight {
  add(line: OrderLine): void;
  /** One sentence about what was added. */
  sentence(company: string): string;
}

const monthName = new Intl.DateTimeFormat('en-US', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const dollars = (amount: number): string => `$${formatCount(Math.round(amount))}`;

function greatest(sums: ReadonlyMap<string, number>): readonly [name: string, sum: number] {
  return [...sums].reduce(
    (best, entry) => (entry[1] > best[1] ? entry : best),
    ['', Number.NEGATIVE_INFINITY],
  );
}

/** Makes an insight: best month, greatest category, profit in a hundred of sales. */
export function createInsight(): Insight {
  const months = new Map<string, number>();
  const categories = new Map<string, number>();
  let lines = 0;
  let sales = 0;
  let profit = 0;
  const raise = (sums: Map<string, number>, name: unknown, by: number): void => {
    if (typeof name === 'string') sums.set(name, (sums.get(name) ?? 0) + by);
  };
  return {
    add: (line) => {
      if (typeof line.sales !== 'number') return;
      lines += 1;
      sales += line.sales;
      if (typeof line.profit === 'number') profit += line.profit;
      raise(
        months,
        typeof line.order_date === 'string' ? line.order_date.slice(0, 7) : undefined,
        line.sales,
      );
      raise(categories, line.category, line.sales);
    },
    sentence: (company) => {
      if (lines === 0) return `${company} has no order lines.`;
      const [month, inMonth] = greatest(months);
      const [category, inCategory] = greatest(categories);
      const share = Math.round((100 * inCategory) / sales);
      const margin = ((100 * profit) / sales).toFixed(1);
      return (
        `${company} sold for ${dollars(sales)} in ${formatCount(lines)} order lines at a margin of ${margin} %; its best month was ` +
        `${monthName.format(new Date(`${month}-01T00:00:00Z`))} (${dollars(inMonth)}), and ${category} made ${share} % of sales.`
      );
    },
  };
}
