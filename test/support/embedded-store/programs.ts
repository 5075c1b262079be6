import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { type StoreProgram, storeWays } from '../../../platform/setup/store.ts';

/** The embedded store that is made by Maven, also where another would be taken first. */
export async function javaStore(): Promise<StoreProgram> {
  const way = storeWays().find(({ reads }) => reads === 'java');
  assert.ok(way);
  return way.take(() => undefined);
}

/** The same with its library's own way to find and keep documents: slower, and its files are read by ours. */
export function asLibraryHasIt(program: StoreProgram): StoreProgram {
  assert.equal(program.kind, 'java', 'Only the store that is made by Maven has a library.');
  return { ...program, main: fileURLToPath(new URL('./LibraryStore.java', import.meta.url)) };
}
