import { changeId } from '../../stores/feed.ts';
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
  await stores.feed.putChange({
    ...{ _id: changeId(sessionId, resource, 1), added: [], updated: [], deleted: [], away: [mark] },
  });
  const merges = stores.merges.of(connectionId, generation, resource);
  await merges.members.putMany([
    { _id: mark, survivor: '1', record: record(mark, { mark }), mergedIn: sessionId, away: true },
  ]);
  const group = { keys: ['1', mark], matchedBy: ['email'], sessionId, at };
  await merges.groups.putMany([{ _id: '1', ...group, others: [`other/${mark}`], away: true }]);
  const suggested = { by: 'name', similarity: 0.9, sessionId } as const;
  const decision = { is: 'different', from: 'suggestion', by: person, why: mark, at } as const;
  await merges.pairs.putMany([{ _id: mark, keys: ['1', mark], suggested, decision, pending: false, at }]);
  const connection = await stores.connections.get(connectionId);
  if (connection !== null) {
    const across = stores.across.of(connection.company, connection.app, resource);
    const node = `${connectionId}/${mark}`;
    const two = { nodes: [node, 'other/1'], connections: [connectionId, 'other'] };
    await across.groups.putMany([{ _id: node, ...two, matchedBy: ['email'], sessionId, at }]);
    await across.nodes.putMany([{ _id: node, group: node }]);
    await across.todos.putMany([{ _id: node, judge: false, waitsFor: null }]);
    const undone = { ...decision, from: 'undo' } as const;
    await across.pairs.putMany([
      {
        ...{ _id: node, keys: [node, 'other/2'], connections: two.connections, suggested: null },
        ...{ decision: undone, pending: false, at },
      },
    ]);
  }
  await merges.keys.putMany([{ _id: 'part/0', data: JSON.stringify({ mark }), at }]);
}
