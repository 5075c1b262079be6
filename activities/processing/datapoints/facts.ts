import type { JsonValue } from '../../../domain/json.ts';
import type { Analysis } from '../../../stores/analysis.ts';
import { readDirectory, readPage } from './pages.ts';

/** Facts of some records: `fields[name][r]` is what the record `keys[r]` has. */
export interface FactsPage {
  readonly keys: readonly string[];
  /**
   * By field: of a time field the local calendar day (YYYY-MM-DD), of a measure a finite number, of dimensions, entities
   * and currencies a text; null where there is none. Of a field that is read as more than one of them, the first.
   */
  readonly fields: Readonly<Record<string, readonly JsonValue[]>>;
}

/** All facts of a resource that metrics read, in key order, a page of up to 4,000 records at a time. */
export async function* streamFacts(analysis: Analysis, resource: string): AsyncGenerator<FactsPage> {
  const directory = await readDirectory(analysis, resource);
  if (directory === null) return;
  const { days, numbers, texts } = directory.columns;
  const names = [...days, ...numbers, ...texts];
  for (const { page } of directory.pages) {
    const { keys, columns } = await readPage(analysis, resource, page);
    const fields = new Map<string, readonly JsonValue[]>();
    for (const [index, name] of names.entries())
      if (!fields.has(name)) fields.set(name, columns[index] ?? []);
    yield { keys, fields: Object.fromEntries(fields) };
  }
}
