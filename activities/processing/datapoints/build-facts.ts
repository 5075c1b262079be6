import type { AnalysisInput } from '../analysis.ts';
import type { Border } from './border.ts';
import { analysisOf } from './border.ts';
import { replaceFacts } from './change-facts.ts';
import { compareKeys } from './keys.ts';
import {
  createPageWriter,
  type Directory,
  noRows,
  type PageEntry,
  pageRows,
  readDirectory,
} from './pages.ts';
import type { ResourcePlan } from './plan.ts';
import { createReader, projectionOf, pushRow, type Rows } from './rows.ts';

/**
 * Makes the pages of a resource anew, in one pass over its records; memory is bounded by a page. Until they are all
 * there the directory names the former ones.
 * @param each Told the rows of every page
 */
export async function buildFacts(
  input: AnalysisInput,
  plan: ResourcePlan,
  border: Border,
  each: (rows: Rows) => void,
): Promise<Directory> {
  const { connection, ports } = input;
  const analysis = analysisOf(input);
  const { resource } = plan;
  const before = await readDirectory(analysis, resource);
  const writer = createPageWriter(analysis, plan, before);
  const readFacts = createReader(plan);
  const pages: PageEntry[] = [];
  const strays: string[] = [];
  let rows = noRows(plan);
  let last: string | null = null;
  let records = 0;
  const close = async (): Promise<void> => {
    if (rows.keys.length === 0) return;
    pages.push(...(await writer.put(rows)));
    records += rows.keys.length;
    each(rows);
    rows = noRows(plan);
    await border({ resource, records });
  };
  const all = ports.stores.records.of(connection._id, connection.generation, resource);
  for await (const { _id, data } of all.stream(projectionOf(plan.columns))) {
    // The embedded store has another order for a few rare characters.
    if (last !== null && compareKeys(_id, last) <= 0) {
      strays.push(_id);
      continue;
    }
    pushRow(rows, _id, readFacts(data ?? {}));
    last = _id;
    if (rows.keys.length === pageRows) await close();
  }
  await close();
  const directory = await writer.commit(
    pages,
    (before?.pages ?? []).map(({ page }) => page),
  );
  if (strays.length === 0) return directory;
  return replaceFacts(input, plan, border, { keys: strays, directory, added: each });
}
