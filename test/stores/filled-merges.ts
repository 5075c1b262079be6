import type { Stores } from '../../stores/open.ts';
import { at, person, record } from './support.ts';

/** Two merged records of orders, a suggestion that a person answered, and a part of the index. */
export async function fillMerges(
  stores: Stores,
  connectionId: string,
  sessionId: string,
  mark: string,
  generation = 1,
  resource = 'orders',
): Promise<void> {
  const merges = stores.merges.of(connectionId, generation, resource);
  await merges.members.putMany([
    { _id: mark, survivor: '1', record: record(mark, { mark }), mergedIn: sessionId },
  ]);
  const group = { keys: ['1', mark], matchedBy: ['email'], sessionId, at };
  await merges.groups.putMany([{ _id: '1', ...group }]);
  const suggested = { by: 'name', similarity: 0.9, sessionId } as const;
  const decision = { is: 'different', from: 'suggestion', by: person, why: mark, at } as const;
  await merges.pairs.putMany([{ _id: mark, keys: ['1', mark], suggested, decision, pending: false, at }]);
  await merges.keys.putMany([{ _id: 'part/0', data: JSON.stringify({ mark }), at }]);
}
