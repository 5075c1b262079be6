import type { AnalysisInput } from '../analysis.ts';
import { analysisOf, type Border } from './border.ts';
import { compareKeys } from './keys.ts';
import { createPageWriter, type Directory, noRows, type PageEntry, placeOf, readPage } from './pages.ts';
import type { ResourcePlan } from './plan.ts';
import { createReader, type Fact, pushRow, type Rows } from './rows.ts';

/** Pages that are changed before the directory is written again. */
const pagesPerCommit = 16;

export interface Replacement {
  readonly keys: Iterable<string>;
  readonly directory: Directory;
  /** Told the rows that came. */
  readonly added?: (rows: Rows) => void;
  /** Told the facts of changed records before and after, and awaited before any of them is stored. */
  readonly touched?: (facts: readonly (readonly Fact[])[]) => Promise<void>;
}

interface Change {
  readonly key: string;
  /** Null: there is no such record. */
  readonly facts: readonly Fact[] | null;
}

/**
 * Puts the present facts of these records into the pages. What did not change is not written. A page that grows large is
 * split, an empty one goes.
 * @returns the directory as it is stored
 */
export async function replaceFacts(
  input: AnalysisInput,
  plan: ResourcePlan,
  border: Border,
  { keys, directory: before, added, touched }: Replacement,
): Promise<Directory> {
  const { connection, ports } = input;
  const analysis = analysisOf(input);
  const records = ports.stores.records.of(connection._id, connection.generation, plan.resource);
  const readFacts = createReader(plan);
  const writer = createPageWriter(analysis, plan, before);
  let directory = before;
  const sorted = [...keys].sort(compareKeys);
  let start = 0;
  while (start < sorted.length) {
    // Places are of the directory as it was before this part; its pages are replaced together.
    const { pages } = directory;
    const replaced = new Map<number, Rows>();
    const came = noRows(plan);
    const differences: (readonly Fact[])[] = [];
    for (let count = 0; count < pagesPerCommit && start < sorted.length; count++) {
      const place = placeOf(pages, sorted[start] ?? '');
      const border = pages[place + 1]?.first;
      let end = start + 1;
      while (end < sorted.length && (border === undefined || compareKeys(sorted[end] ?? '', border) < 0))
        end += 1;
      const part = sorted.slice(start, Math.min(end, start + 2_000));
      start += part.length;
      const found = new Map((await records.getMany(part)).map(({ _id, data }) => [_id, readFacts(data)]));
      const changes = part.map((key): Change => ({ key, facts: found.get(key) ?? null }));
      const entry = pages[place];
      const rows =
        replaced.get(place) ??
        (entry === undefined ? noRows(plan) : await readPage(analysis, plan.resource, entry.page));
      const merged = merge(rows, changes, plan, { differences, came });
      if (merged !== null) replaced.set(place, merged);
    }
    if (replaced.size > 0) {
      await touched?.(differences);
      const entries: PageEntry[] = [];
      const dropped: number[] = [];
      for (const [place, entry] of pages.entries()) {
        const rows = replaced.get(place);
        if (rows === undefined) entries.push(entry);
        else {
          entries.push(...(await writer.put(rows)));
          dropped.push(entry.page);
        }
      }
      const first = pages.length === 0 ? replaced.get(0) : undefined;
      if (first !== undefined) entries.push(...(await writer.put(first)));
      directory = await writer.commit(entries, dropped);
      added?.(came);
    }
    await border({ resource: plan.resource, changes: start });
  }
  return directory;
}

/** The rows with the changes; null where they change nothing. Both are in key order. */
function merge(
  rows: Rows,
  changes: readonly Change[],
  plan: ResourcePlan,
  { differences, came }: { readonly differences: (readonly Fact[])[]; readonly came: Rows },
): Rows | null {
  const merged = noRows(plan);
  let row = 0;
  let isChanged = false;
  const factsAt = (index: number): Fact[] => rows.columns.map((column) => column[index] ?? null);
  const keepUntil = (key: string | null): void => {
    for (; row < rows.keys.length; row++) {
      const kept = rows.keys[row] ?? '';
      if (key !== null && compareKeys(kept, key) >= 0) return;
      pushRow(merged, kept, factsAt(row));
    }
  };
  for (const { key, facts } of changes) {
    keepUntil(key);
    const before = rows.keys[row] === key ? factsAt(row) : null;
    if (before !== null) row += 1;
    if (facts !== null) pushRow(merged, key, facts);
    if (isSame(before, facts)) continue;
    isChanged = true;
    if (before !== null) differences.push(before);
    if (facts !== null) differences.push(facts);
    if (before === null && facts !== null) pushRow(came, key, facts);
  }
  keepUntil(null);
  return isChanged ? merged : null;
}

const isSame = (a: readonly Fact[] | null, b: readonly Fact[] | null): boolean =>
  a === null || b === null ? a === b : a.every((fact, index) => fact === b[index]);
