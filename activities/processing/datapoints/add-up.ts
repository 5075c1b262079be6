import type { AnalysisInput } from '../analysis.ts';
import { analysisOf, type Border } from './border.ts';
import { periodOf } from './calendar.ts';
import { compareKeys } from './keys.ts';
import { isInRange } from './missed.ts';
import { type Directory, type PageEntry, readPage } from './pages.ts';
import type { Metric, ResourcePlan } from './plan.ts';
import type { Rows } from './rows.ts';
import { type Added, createTally, mostValues, type TallyScope } from './tally.ts';

/** What was added up. */
export interface Sums {
  readonly added: Map<string, Added>;
  /** Dimensions with too many values. */
  readonly wide: readonly string[];
}

/** Adds everything up: the rows are given once by `pass`, and read again only of dimensions with too many values. */
export async function addUpAll(
  plan: ResourcePlan,
  stored: ReadonlyMap<string, ReadonlySet<string>>,
  pass: (each: (rows: Rows) => void) => Promise<void>,
  again: (each: (rows: Rows) => void) => Promise<void>,
): Promise<Sums> {
  const none: ReadonlySet<string> = new Set();
  const tally = createTally(plan, { counted: (id) => stored.get(id) ?? none });
  await pass(tally.add);
  const tooMany = tally.tooMany();
  const added = tally.series();
  if (tooMany.length > 0) {
    const chosen = new Map(
      tooMany.map(({ id, counts }) => [id, greatest(counts, stored.get(id) ?? none)] as const),
    );
    const only = (id: string) => {
      const values = chosen.get(id);
      return values === undefined ? null : { only: values };
    };
    const second = createTally(plan, { totals: false, values: only });
    await again(second.add);
    for (const [id, series] of second.series()) added.set(id, series);
  }
  return { added, wide: tooMany.map(({ id }) => id) };
}

/** Values that have series keep them while they have records; the greatest of the others fill up. */
function greatest(counts: ReadonlyMap<string, number>, stored: ReadonlySet<string>): Set<string> {
  const there = [...counts].filter(([, count]) => count > 0);
  const order = ([a, one]: readonly [string, number], [b, other]: readonly [string, number]): number =>
    Number(stored.has(b)) - Number(stored.has(a)) || other - one || compareKeys(a, b);
  return new Set(
    there
      .sort(order)
      .slice(0, mostValues)
      .map(([value]) => value),
  );
}

/** Adds some periods up again, from all pages that may hold one of them. */
export async function addUpSome(
  input: AnalysisInput,
  plan: ResourcePlan,
  border: Border,
  {
    directory,
    scope,
    days,
  }: {
    readonly directory: Directory;
    readonly scope: TallyScope;
    readonly days: Readonly<Record<string, readonly string[]>>;
  },
) {
  const tally = createTally(plan, scope);
  const overlaps = createOverlap(plan, days);
  await eachPage(input, plan, border, directory.pages.filter(overlaps), tally.add);
  return tally;
}

/** Reads pages one by one. */
export async function eachPage(
  input: AnalysisInput,
  { resource }: ResourcePlan,
  border: Border,
  pages: readonly PageEntry[],
  each: (rows: Rows) => void,
): Promise<void> {
  for (const [index, { page }] of pages.entries()) {
    each(await readPage(analysisOf(input), resource, page));
    await border({ resource, pages: index + 1, of: pages.length });
  }
}

/** The periods of a metric that hold one of these days. */
export const touchedPeriods = (
  { time, grain }: Metric,
  plan: ResourcePlan,
  days: Readonly<Record<string, readonly string[]>>,
): Set<string> =>
  new Set((days[time] ?? []).filter((day) => isInRange(day, plan)).map((day) => periodOf(day, grain)));

/** Whether a page may hold a record of a touched period. */
function createOverlap(
  plan: ResourcePlan,
  days: Readonly<Record<string, readonly string[]>>,
): (page: PageEntry) => boolean {
  const wanted = plan.metrics.map((metric) => ({
    index: plan.columns.days.indexOf(metric.time),
    grain: metric.grain,
    periods: [...touchedPeriods(metric, plan, days)].sort(),
  }));
  return (page) =>
    wanted.some(({ index, grain, periods }) => {
      const bounds = page.days[index];
      if (bounds === null || bounds === undefined) return false;
      const [least, greatest] = [periodOf(bounds[0], grain), periodOf(bounds[1], grain)];
      return periods.some((period) => period >= least && period <= greatest);
    });
}
