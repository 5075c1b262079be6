import type { Merges } from './merges.ts';
import type { RecordDoc } from './model.ts';
import type { Records } from './records.ts';

/** What structuring needs of records. */
export type RecordsOfApp = Pick<Records, 'getMany' | 'putMany' | 'remove' | 'count' | 'stream'> & {
  /**
   * The keys under which readers find what changed: of a merged record the one that stays. Deleted keys are told as
   * they are, and the record that stays as updated.
   */
  readonly seen: (changes: ChangedKeys) => Promise<ChangedKeys>;
};

export interface ChangedKeys {
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
  /** Keys that changed at the app, and that readers find in another connection. */
  readonly away?: readonly string[];
}

/**
 * The records of a resource as the app has them, merged ones apart: what the app sends of a merged key is kept beside
 * `records` and brings no second record back. The record that stays follows when the session deduplicates. Where
 * nothing is merged these are the records themselves.
 */
export function createRecordsOfApp(records: Records, members: Merges['members']): RecordsOfApp {
  // Only a session's last step merges and parts, so this stays as it is while records are read and written.
  let merges: Promise<boolean> | undefined;
  const any = (): Promise<boolean> => {
    merges ??= members.count().then((count) => count > 0);
    return merges;
  };
  const membersOf = async (keys: readonly string[]) =>
    (await any())
      ? new Map((await members.getMany(keys)).map((doc) => [doc._id, doc]))
      : new Map<string, never>();

  return {
    async getMany(keys, projection) {
      const own = await membersOf(keys);
      const found = await records.getMany(
        keys.filter((key) => !own.has(key)),
        projection,
      );
      if (own.size === 0) return found;
      const plain = new Map(found.map((record) => [record._id, record]));
      return keys.flatMap((key) => plain.get(key) ?? own.get(key)?.record ?? []);
    },
    async putMany(docs) {
      const own = await membersOf(docs.map(({ _id }) => _id));
      const plain = docs.filter(({ _id }) => !own.has(_id));
      if (plain.length > 0) await records.putMany(plain);
      const merged = docs.flatMap((record) => {
        const member = own.get(record._id);
        return member === undefined ? [] : [{ ...member, record }];
      });
      if (merged.length > 0) await members.putMany(merged);
    },
    async remove(keys) {
      const own = await membersOf(keys);
      await records.remove(keys.filter((key) => !own.has(key)));
      // The group is left for deduplication: it knows by this that it has to look.
      const gone = [...own.values()].map((member) => ({ ...member, record: null }));
      if (gone.length > 0) await members.putMany(gone);
    },
    async count() {
      const visible = await records.count();
      if (!(await any())) return visible;
      let merged = 0;
      const survivors = new Set<string>();
      for await (const { survivor, away, record } of members.stream({
        ...{ survivor: 1, away: 1, 'record._id': 1 },
      })) {
        // A projection into null leaves nothing.
        if (record?._id !== undefined) merged += 1;
        if (away === undefined) survivors.add(survivor);
      }
      return visible - survivors.size + merged;
    },
    stream: (projection, after) => streamOf(projection, after ?? null),
    async seen({ added, updated, deleted }) {
      const own = await membersOf([...added, ...updated, ...deleted]);
      if (own.size === 0) return { added, updated, deleted };
      const survivors = [...own.values()].flatMap(({ survivor, away }) =>
        away === undefined ? survivor : [],
      );
      const plain = (keys: readonly string[]) => keys.filter((key) => !own.has(key));
      const away = [...own.values()].flatMap((member) => (member.away === undefined ? [] : member._id));
      return {
        ...(away.length === 0 ? {} : { away }),
        added: plain(added),
        updated: [...new Set([...plain(updated), ...survivors])],
        deleted,
      };
    },
  };

  /** Not in the order of the keys: merged records come last. */
  async function* streamOf(
    projection: Parameters<Records['stream']>[0],
    after: string | null,
  ): AsyncGenerator<RecordDoc> {
    if (!(await any())) {
      yield* records.stream(projection, after);
      return;
    }
    const merged = new Set<string>();
    for await (const { _id } of members.stream({ _id: 1 })) merged.add(_id);
    for await (const record of records.stream(projection, after)) if (!merged.has(record._id)) yield record;
    for await (const { record } of members.stream({}, after)) if (record !== null) yield record;
  }
}
