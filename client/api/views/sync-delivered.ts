import type { SessionDoc } from '../../../stores/model.ts';
import type { RouteDeps } from '../deps.ts';

/** How many syncs of a connection have delivered a session. */
export interface Delivered {
  readonly done: number;
  readonly of: number;
}

/**
 * To how many of the connection's syncs a session that is Synced was delivered whole: those whose runs took the change
 * feed up to it. Disabled ones do not count; null where there is none.
 */
export async function deliveredView(
  { stores }: Pick<RouteDeps, 'stores'>,
  { connectionId, generation, number, status }: SessionDoc,
): Promise<Delivered | null> {
  if (status !== 19) return null;
  const syncs = await stores.syncs.list({ connectionId });
  const mine = syncs.filter((sync) => sync.status !== 'disabled' && sync.generation === generation);
  if (mine.length === 0) return null;
  const done = mine.filter(({ staged }) => staged?.generation === generation && staged.sealed >= number);
  return { done: done.length, of: mine.length };
}

/** Stands behind the status: `, delivered to 2 of 3`. */
export const deliveredText = (delivered: Delivered | null): string =>
  delivered === null ? '' : `, delivered to ${delivered.done} of ${delivered.of}`;
