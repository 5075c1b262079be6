import { byConnection, nodeOf } from '../../../domain/across.ts';
import type { Member } from '../../../domain/deduplication.ts';
import type { Across } from '../../../stores/across.ts';
import type { RecordDoc } from '../../../stores/model.ts';
import type { Stores } from '../../../stores/open.ts';
import { createRecordsOfApp } from '../../../stores/own-records.ts';
import type { Family } from './family.ts';

/** Records that are one, as it was decided. */
export interface Group {
  /** The record that stays. */
  readonly id: string;
  readonly nodes: readonly string[];
  readonly matchedBy: readonly string[];
}

/** Reads records of several connections. */
export function createNodes({ sessions }: Pick<Stores, 'sessions'>, family: Family) {
  const times = new Map<string, number>();

  /** As the app has them, those that it has. */
  async function ofApp(nodes: Iterable<string>): Promise<Map<string, RecordDoc>> {
    const found = new Map<string, RecordDoc>();
    for (const [connection, keys] of byConnection(nodes)) {
      const place = family.place(connection);
      if (place === null) continue;
      // Made anew each time: this pass itself may have merged the first ones meanwhile.
      const own = createRecordsOfApp(place.records, place.merges.members);
      for (const record of await own.getMany([...new Set(keys)]))
        found.set(nodeOf(connection, record._id), record);
    }
    const sessionIds = [...found.values()].flatMap(({ createdIn, changedIn }) => [createdIn, changedIn]);
    const unknown = [...new Set(sessionIds)].filter((id) => !times.has(id));
    for (const { _id, openedAt } of await sessions.getMany(unknown)) times.set(_id, openedAt.getTime());
    return found;
  }

  /** What readers see of them. */
  async function visible(nodes: Iterable<string>): Promise<Map<string, RecordDoc>> {
    const found = new Map<string, RecordDoc>();
    for (const [connection, keys] of byConnection(nodes)) {
      const place = family.place(connection);
      if (place === null) continue;
      for (const record of await place.records.getMany([...new Set(keys)]))
        found.set(nodeOf(connection, record._id), record);
    }
    return found;
  }

  /** Sessions of several connections compare by when they were opened. */
  const memberOf = (node: string, { data, cursor, createdIn, changedIn }: RecordDoc): Member => ({
    ...{ key: node, data, cursor },
    createdIn: times.get(createdIn) ?? 0,
    changedIn: times.get(changedIn) ?? 0,
  });

  /** The record under which readers find each: what its group says, or what its connection merged it into alone. */
  async function foundAs(
    nodes: readonly string[],
    groups: ReadonlyMap<string, Group>,
  ): Promise<Map<string, string>> {
    const found = new Map(nodes.map((node) => [node, groups.get(node)?.id ?? node]));
    for (const [connection, keys] of byConnection(nodes.filter((node) => !groups.has(node))))
      for (const { _id, survivor, away } of (await family.place(connection)?.merges.members.getMany(keys)) ??
        [])
        if (away === undefined) found.set(nodeOf(connection, _id), nodeOf(connection, survivor));
    return found;
  }

  return { ofApp, visible, memberOf, foundAs };
}

export type Nodes = ReturnType<typeof createNodes>;

/** The groups that these records belong to, by record; those that belong to none are missing. */
export async function readGroups(
  { nodes, groups }: Pick<Across, 'nodes' | 'groups'>,
  asked: Iterable<string>,
): Promise<Map<string, Group>> {
  const own = await nodes.getMany([...new Set(asked)]);
  const docs = await groups.getMany([...new Set(own.map(({ group }) => group))]);
  const named = [...new Set(docs.flatMap((doc) => doc.nodes))];
  // What counts is what each record's own document says: a pass that was killed may have written only the group.
  const groupOf = new Map((await nodes.getMany(named)).map(({ _id, group }) => [_id, group]));
  const byId = new Map<string, Group>();
  for (const { _id, nodes: all, matchedBy } of docs)
    byId.set(_id, { id: _id, matchedBy, nodes: all.filter((node) => groupOf.get(node) === _id) });
  return new Map(
    own.flatMap(({ _id, group }) => {
      const found = byId.get(group);
      return found?.nodes.includes(_id) === true ? [[_id, found] as const] : [];
    }),
  );
}
