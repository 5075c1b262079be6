import { byConnection, partsOfNode } from '../../../domain/across.ts';
import { chunksOf } from '../../../stores/commands.ts';
import type { AcrossGroupDoc, AcrossTodoDoc, ConnectionDoc } from '../../../stores/model.ts';
import type { Stores } from '../../../stores/open.ts';
import { type Family, familyOf, type Place } from './family.ts';
import { inTurn } from './lease.ts';
import { createNodes } from './nodes.ts';
import { waitingOthers } from './todos.ts';

const docsPerWrite = 500;
const alive = { stopIfAsked: async (): Promise<void> => undefined };

/**
 * A connection is disconnected: before its data goes, everything goes that other connections of the company have of it.
 * Their records say at once what their own app has, also where no session of theirs may start; what was one with it comes
 * back. This is the one place where records are written outside a session of their connection: only merged ones, which
 * nothing else writes meanwhile. Their next sessions compare them again, and tell readers. May be repeated.
 * @returns connections whose sessions have to be asked for
 */
export async function leaveOthers(
  stores: Stores,
  connection: ConnectionDoc,
  resources: readonly string[],
): Promise<readonly { readonly connectionId: string; readonly resource: string }[]> {
  const asked: { connectionId: string; resource: string }[] = [];
  for (const resource of resources) {
    const family = await familyOf(stores, connection, resource, false);
    const { groups, nodes, todos, pairs } = family.store;
    const any = await Promise.all([groups, nodes, todos, pairs].map(({ count }) => count()));
    if (any.every((count) => count === 0)) continue;
    const holder = `leave/${connection._id}/${connection.generation}`;
    await inTurn(stores, connection.company, holder, alive, async (holding) => {
      await leave(stores, family, connection, holding);
    });
    const others = await waitingOthers(family, createNodes(stores, family));
    asked.push(...others.map((connectionId) => ({ connectionId, resource })));
  }
  return asked;
}

async function leave(
  stores: Stores,
  family: Family,
  { _id: self, company, app }: ConnectionDoc,
  holding: () => Promise<void>,
): Promise<void> {
  const { store } = family;
  const isMine = (node: string): boolean => partsOfNode(node).connection === self;
  const left: AcrossGroupDoc[] = [];
  for await (const group of store.groups.stream()) if (group.nodes.some(isMine)) left.push(group);
  const again = new Set(left.flatMap((group) => group.nodes).filter((node) => !isMine(node)));

  for (const { _id } of await stores.connections.list({ company, app })) {
    const place = _id === self ? null : family.place(_id);
    if (place === null) continue;
    // What readers see may say more than was decided last: until they see what takes its place elsewhere.
    for await (const { keys, others = [] } of place.merges.groups.stream())
      if (others.some(isMine)) for (const key of keys) again.add(`${_id}/${key}`);
  }
  for (const part of chunksOf([...again], docsPerWrite))
    await store.todos.putMany(part.map((_id): AcrossTodoDoc => ({ _id, judge: true, waitsFor: null })));
  for (const [connection, keys] of byConnection(again)) {
    const place = family.place(connection);
    if (place === null) continue;
    for (const part of chunksOf(keys, docsPerWrite)) {
      await holding();
      await showOwn(place, part);
    }
  }

  const waiting: AcrossTodoDoc[] = [];
  const over: string[] = [];
  for await (const todo of store.todos.stream()) {
    if (isMine(todo._id)) over.push(todo._id);
    else if (todo.waitsFor !== null && isMine(todo.waitsFor)) waiting.push({ ...todo, waitsFor: null });
  }
  await store.todos.putMany(waiting);
  await store.todos.remove(over);
  const pairs: string[] = [];
  for await (const { _id, connections } of store.pairs.stream())
    if (connections.includes(self)) pairs.push(_id);
  await store.pairs.remove(pairs);
  // Last, so that what was killed before finds them again.
  const mine: string[] = [];
  for await (const { _id } of store.nodes.ofConnection(self)) mine.push(_id);
  await store.nodes.remove([...left.flatMap((group) => group.nodes), ...mine]);
  await store.groups.remove(left.map(({ _id }) => _id));
}

/** Readers see of these keys what the app has of them, and nothing else. */
async function showOwn({ records, merges }: Place, keys: readonly string[]): Promise<void> {
  const members = await merges.members.getMany(keys);
  const own = members.flatMap(({ record }) => record ?? []);
  // No fingerprint is equal to this one: the next session tells readers of each.
  await records.putMany(own.map((record) => ({ ...record, fingerprint: '' })));
  await records.remove(members.flatMap(({ _id, record }) => (record === null ? _id : [])));
  await merges.groups.remove([...new Set(members.flatMap(({ _id, survivor }) => [_id, survivor]))]);
}
