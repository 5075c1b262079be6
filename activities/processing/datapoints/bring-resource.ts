import type { AnalysisInput } from '../analysis.ts';
import { addUpAll, addUpSome, eachPage, type Sums, touchedPeriods } from './add-up.ts';
import { analysisOf, type Border } from './border.ts';
import { buildFacts } from './build-facts.ts';
import { replaceFacts } from './change-facts.ts';
import { createPageWriter, type Directory, type PageEntry, readDirectory } from './pages.ts';
import type { Metric, ResourcePlan } from './plan.ts';
import type { Fact, Rows } from './rows.ts';
import { putSeries, type SeriesSummary, storedValues } from './series.ts';
import { type MetricState, putWork, type ResourceState, readWork, type Work } from './state.ts';
import { dimensionId, mostValues } from './tally.ts';

export interface Bringing {
  /** Keys of the records that changed; null: all records are read. */
  readonly keys: ReadonlySet<string> | null;
  readonly before: ResourceState | null;
}

/** What a resource's facts and series came to. */
export interface Brought {
  readonly records: number;
  readonly wide: readonly string[];
  readonly metrics: Readonly<Record<string, MetricState>>;
}

/**
 * Brings the facts of a resource to its records, then the points to the facts. Which days are touched is written before
 * the facts that show it are changed; the points of their periods are then added up from the facts as they are. So each
 * step may be repeated, and a repeated attempt knows of what a killed one did.
 */
export async function bringResource(
  input: AnalysisInput,
  plan: ResourcePlan,
  border: Border,
  { keys, before }: Bringing,
): Promise<Brought> {
  const { resource } = plan;
  const analysis = analysisOf(input);
  const stored = await storedValues(analysis);
  let work = await readWork(analysis, resource, input.session._id);
  let directory = await readDirectory(analysis, resource);
  const note = async (more: Partial<Work>): Promise<void> => {
    work = { ...work, ...more };
    await putWork(analysis, resource, work);
  };

  if (keys === null || directory === null) {
    let built: Directory | null = null;
    const pass = async (each: (rows: Rows) => void): Promise<void> => {
      built = await buildFacts(input, plan, border, each);
    };
    const sums = await addUpAll(plan, stored, pass, async (each) =>
      eachPage(input, plan, border, (built as Directory | null)?.pages ?? [], each),
    );
    return finish(sums, null, built ?? (await entries()));
  }

  directory = await replaceFacts(input, plan, border, { keys, directory, touched });
  if (work.everything || before?.metricsPrint !== plan.metricsPrint) return everything(directory);
  const wide = new Set(before.wide);
  const of = new Map<Metric, ReadonlySet<string>>(
    plan.metrics.map((metric) => [metric, touchedPeriods(metric, plan, work.days)]),
  );
  const periods = (metric: Metric): ReadonlySet<string> => of.get(metric) ?? new Set();
  const values = (id: string) => {
    const known = stored.get(id) ?? new Set<string>();
    return wide.has(id) ? { only: known } : { known };
  };
  const scope = { periods, values };
  const tally = await addUpSome(input, plan, border, { directory, scope, days: work.days });
  if (tally.tooMany().length > 0) return everything(directory);
  const brought = await finish({ added: tally.series(), wide: [...wide] }, periods, directory);
  return brought.hasPlace ? everything(directory) : brought;

  async function entries(): Promise<Directory> {
    return (await readDirectory(analysis, resource)) as Directory;
  }

  /** All points again, from the facts; what the directory tells of each page too. */
  async function everything(present: Directory): Promise<Brought> {
    await note({ everything: true });
    const writer = createPageWriter(analysis, plan, present);
    const pages: PageEntry[] = [];
    const all = (each: (rows: Rows) => void) => eachPage(input, plan, border, present.pages, each);
    const pass = (each: (rows: Rows) => void): Promise<void> =>
      all((rows) => {
        const entry = present.pages[pages.length];
        if (entry !== undefined) pages.push(writer.entryOf(rows, entry.page));
        each(rows);
      });
    const sums = await addUpAll(plan, stored, pass, all);
    return finish(sums, null, await writer.commit(pages, []));
  }

  async function touched(facts: readonly (readonly Fact[])[]): Promise<void> {
    const days: Record<string, readonly string[]> = { ...work.days };
    let more = 0;
    for (const [index, field] of plan.columns.days.entries()) {
      const known = new Set(days[field] ?? []);
      const size = known.size;
      for (const row of facts) if (typeof row[index] === 'string') known.add(row[index]);
      more += known.size - size;
      days[field] = [...known];
    }
    if (more > 0) await note({ days });
  }

  async function finish(
    { added, wide }: Sums,
    periods: ((metric: Metric) => ReadonlySet<string>) | null,
    { pages }: Directory,
  ): Promise<Brought & { readonly hasPlace: boolean }> {
    const summary = await putSeries(analysis, {
      ...{ metrics: plan.metrics, added, sessionId: input.session._id },
      periods: (metric) => periods?.(metric) ?? null,
      removing: (ids) => note({ removed: [...new Set([...work.removed, ...ids])] }),
    });
    return {
      records: pages.reduce((sum, { count }) => sum + count, 0),
      wide,
      metrics: statesOf(plan, pages, summary),
      hasPlace: wide.some((id) => (summary.values.get(id)?.size ?? 0) < mostValues),
    };
  }
}

function statesOf(
  { metrics }: ResourcePlan,
  pages: readonly PageEntry[],
  { series, rows }: SeriesSummary,
): Record<string, MetricState> {
  const records = pages.reduce((sum, { count }) => sum + count, 0);
  return Object.fromEntries(
    metrics.map(({ id, dimensions }, index) => {
      const missed = (which: 0 | 1 | 2): number =>
        pages.reduce((sum, page) => sum + (page.missed[index]?.[which] ?? 0), 0);
      const told = dimensions.map((field) => rows.get(dimensionId(id, field)) ?? 0);
      const untold = told.reduce((sum, count) => sum + (rows.get(id) ?? 0) - count, 0);
      const uncounted = { undated: missed(0), outOfRange: missed(1), unmeasured: missed(2), untold };
      return [id, { series: series.get(id) ?? 0, records, uncounted }];
    }),
  );
}
