import type { Analysis } from '../../../stores/analysis.ts';
import { lastNotAfter } from './keys.ts';
import { type Missed, missedOf } from './missed.ts';
import type { ResourcePlan } from './plan.ts';
import { emptyRows, type Fact, type Rows, sliceRows, widthOf } from './rows.ts';

/** Records of a new page, and above which a page is split. */
export const pageRows = 2_000;
const mostRows = 4_000;

/** What the directory tells of a page. */
export interface PageEntry {
  readonly page: number;
  readonly first: string;
  readonly count: number;
  /** For each time field its least and greatest day; null: no record has one. */
  readonly days: readonly (readonly [least: string, greatest: string] | null)[];
  /** For each metric, what of the page it does not count. */
  readonly missed: readonly Missed[];
}

/** The pages of a resource in key order. It is written after the pages that it names: what it does not name is not there. */
export interface Directory {
  readonly columns: ResourcePlan['columns'];
  readonly pages: readonly PageEntry[];
  /** Number of the next new page. A page is never written over while the directory names it. */
  readonly next: number;
  /** Pages that it named before, to be removed. */
  readonly gone: readonly number[];
}

const pageId = (resource: string, page: number): string => `${resource}/${page}`;

/** The directory of a resource's pages; null while there is none. */
export async function readDirectory({ facts }: Analysis, resource: string): Promise<Directory | null> {
  const doc = await facts.get(resource);
  return doc === null ? null : (JSON.parse(doc.data) as Directory);
}

/** One page. @throws Error if it is not there: the directory names only pages that are */
export async function readPage({ facts }: Analysis, resource: string, page: number): Promise<Rows> {
  const doc = await facts.get(pageId(resource, page));
  if (doc === null) throw new Error(`Page ${page} of the facts of ${resource} is gone.`);
  const { keys, columns } = JSON.parse(doc.data) as { keys: string[]; columns: Fact[][] };
  return { keys, columns };
}

/** Writes new pages of a resource, and then the directory that names them. */
export function createPageWriter(analysis: Analysis, plan: ResourcePlan, before: Directory | null) {
  const { resource, columns } = plan;
  const { facts } = analysis;
  let next = before?.next ?? 0;
  let gone = before?.gone ?? [];
  const entryOf = (rows: Rows, page: number): PageEntry => ({
    page,
    first: rows.keys[0] ?? '',
    count: rows.keys.length,
    days: columns.days.map((_, index) => bounds(rows.columns[index] ?? [])),
    missed: missedOf(rows, plan),
  });
  return {
    /** Rows in key order, as pages of a good size. @returns their entries, for the directory */
    async put(rows: Rows): Promise<PageEntry[]> {
      const parts = rows.keys.length > mostRows ? Math.ceil(rows.keys.length / pageRows) : 1;
      const size = Math.ceil(rows.keys.length / parts);
      const entries: PageEntry[] = [];
      for (let from = 0; from < rows.keys.length; from += size) {
        const part = parts === 1 ? rows : sliceRows(rows, from, from + size);
        const entry = entryOf(part, next);
        next += 1;
        const data = JSON.stringify({ keys: part.keys, columns: part.columns });
        await facts.putMany([{ _id: pageId(resource, entry.page), data, updatedAt: new Date() }]);
        entries.push(entry);
      }
      return entries;
    },
    entryOf,
    /** From here on these are the pages. @param dropped Numbers of those that no longer are. */
    async commit(pages: readonly PageEntry[], dropped: readonly number[]): Promise<Directory> {
      const removed = gone;
      gone = [...dropped];
      const directory: Directory = { columns, pages, next, gone };
      const data = JSON.stringify(directory);
      await facts.putMany([{ _id: resource, data, updatedAt: new Date() }]);
      const ids = [...removed, ...gone].map((page) => pageId(resource, page));
      if (ids.length > 0) await facts.remove(ids);
      return directory;
    },
  };
}

export type PageWriter = ReturnType<typeof createPageWriter>;

/** Removes all that is kept of a resource. */
export async function dropPages(analysis: Analysis, resource: string): Promise<void> {
  const directory = await readDirectory(analysis, resource);
  if (directory === null) return;
  const numbers = [...directory.pages.map(({ page }) => page), ...directory.gone];
  await analysis.facts.remove(numbers.map((page) => pageId(resource, page)));
  await analysis.facts.remove([resource]);
}

/** Place of the page that a key belongs to; 0 for a key before all of them. */
export const placeOf = (pages: readonly PageEntry[], key: string): number =>
  Math.max(
    0,
    lastNotAfter(pages, key, ({ first }) => first),
  );

export const noRows = ({ columns }: ResourcePlan): Rows => emptyRows(widthOf(columns));

function bounds(days: readonly Fact[]): readonly [string, string] | null {
  let [least, greatest] = ['', ''];
  for (const day of days) {
    if (typeof day !== 'string') continue;
    if (least === '' || day < least) least = day;
    if (day > greatest) greatest = day;
  }
  return least === '' ? null : [least, greatest];
}
