import { nodeOf, partsOfNode } from '../../../domain/across.ts';
import type { Survivorship } from '../../../domain/deduplication.ts';
import { chunksOf } from '../../../stores/commands.ts';
import type { AcrossTodoDoc } from '../../../stores/model.ts';
import type { Family } from './family.ts';
import { type Nodes, readGroups } from './nodes.ts';
import { composed } from './settle.ts';

const nodesPerRead = 500;

/**
 * Notes what sessions of other connections have to do: where what readers see of a record is not what its group says.
 * What is right already needs no session.
 */
export async function noteOthers(
  family: Family,
  nodes: Nodes,
  touched: Iterable<string>,
  survivorship: Survivorship,
): Promise<void> {
  const { store, self } = family;
  const others = [...touched].filter((node) => partsOfNode(node).connection !== self);
  for (const part of chunksOf(others, nodesPerRead)) {
    const groups = await readGroups(store, part);
    const app = await nodes.ofApp([...part, ...[...groups.values()].flatMap((group) => group.nodes)]);
    const visible = await nodes.visible(part);
    const noted = new Map((await store.todos.getMany(part)).map((todo) => [todo._id, todo]));
    const wrong: AcrossTodoDoc[] = [];
    const right: string[] = [];
    for (const node of part) {
      if (noted.get(node)?.judge === true) continue;
      const group = groups.get(node);
      const record = app.get(node);
      const isSeen = record !== undefined && (group === undefined || group.id === node);
      const says = !isSeen
        ? undefined
        : group === undefined
          ? record
          : composed(node, group.nodes, app, nodes, survivorship);
      // What its app deleted is for its own session to find.
      const isRight = record === undefined || visible.get(node)?.fingerprint === says?.fingerprint;
      if (isRight) right.push(node);
      else wrong.push({ _id: node, judge: false, waitsFor: null });
    }
    if (wrong.length > 0) await store.todos.putMany(wrong);
    await store.todos.remove(right.filter((node) => noted.has(node)));
  }
}

/** What the connection's own session has to do. */
export async function ownTodos({ store, self }: Family): Promise<AcrossTodoDoc[]> {
  const found: AcrossTodoDoc[] = [];
  for await (const todo of store.todos.ofConnection(self)) found.push(todo);
  return found;
}

/** Other connections of which a session has something to do that can be done now. */
export async function waitingOthers({ store, self, place }: Family, nodes: Nodes): Promise<string[]> {
  const ready = new Set<string>();
  const waiting: AcrossTodoDoc[] = [];
  for await (const todo of store.todos.stream()) {
    const { connection } = partsOfNode(todo._id);
    if (connection === self || place(connection) === null || ready.has(connection)) continue;
    if (todo.waitsFor === null) ready.add(connection);
    else waiting.push(todo);
  }
  for (const part of chunksOf(waiting, nodesPerRead)) {
    const asked = part.flatMap(({ waitsFor }) => waitsFor ?? []);
    const app = await nodes.ofApp(asked);
    const foundAs = await nodes.foundAs(asked, await readGroups(store, asked));
    const seen = await nodes.visible(foundAs.values());
    for (const { _id, waitsFor } of part) {
      const one = waitsFor ?? '';
      // What its app has no more is waited for by nobody.
      if (!app.has(one) || seen.has(foundAs.get(one) ?? one)) ready.add(partsOfNode(_id).connection);
    }
  }
  return [...ready].sort();
}

/** Keys of the connection that are part of a group. */
export async function ownNodes({ store, self }: Family): Promise<string[]> {
  const found: string[] = [];
  for await (const { _id } of store.nodes.ofConnection(self)) found.push(_id);
  return found;
}

/** Whether the connection is part of anything, also if nothing is compared any more. */
export async function isPart({ store, self }: Family): Promise<boolean> {
  for await (const _ of store.nodes.ofConnection(self)) return true;
  for await (const _ of store.todos.ofConnection(self)) return true;
  return false;
}

/** Whether one of these connections is part of anything. */
export async function isAnyPart(family: Family, connections: readonly string[]): Promise<boolean> {
  for (const self of connections) if (await isPart({ ...family, self })) return true;
  return false;
}

export const ownNode = ({ self }: Family, key: string): string => nodeOf(self, key);
