import { changeId } from '../../stores/feed.ts';
import type { RecordDoc, TombstoneDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import type { RecordsOfApp } from '../../stores/own-records.ts';
import type { Quarantine } from '../../stores/records.ts';
import type { Tombstones } from '../../stores/tombstones.ts';
import { nextChange } from '../changes.ts';
import type { ResourceInput } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { clearQuarantine } from './quarantine.ts';

const docsPerWrite = 500;

export interface Merged {
  readonly records: RecordsOfApp;
  readonly quarantine: Quarantine;
  readonly tombstones: Tombstones;
}

/**
 * Takes back what a session's merge did to a resource, before it begins anew: what it put into quarantine and what
 * it inserted, and puts back what it removed. It looks at every record: a batch that was cut in the middle has left no
 * list of what it did. May be repeated.
 */
export async function takeBack(
  ports: ActivityPorts,
  { sessionId, resource }: ResourceInput,
  batches: number,
  {
    records,
    quarantine,
    tombstones,
  }: Omit<Merged, 'records'> & {
    readonly records: Omit<RecordsOfApp, 'seen'>;
  },
): Promise<void> {
  await clearQuarantine(quarantine, sessionId);
  await inParts(
    tombstones.stream(),
    (one) => one.sessionId === sessionId,
    async (own: TombstoneDoc[]) => {
      await records.putMany(own.flatMap(({ record }) => record ?? []));
      await tombstones.remove(own.map(({ _id }) => _id));
    },
  );
  const created = ({ createdIn }: RecordDoc) => createdIn === sessionId;
  await inParts(records.stream({ createdIn: 1 }), created, (own: RecordDoc[]) =>
    records.remove(own.map(({ _id }) => _id)),
  );
  // The change documents of batches are written again; those of removals may not be.
  const end = await nextChange(ports, sessionId, resource, batches);
  for (let n = batches; n < end; n++)
    await ports.stores.feed.putChange({
      _id: changeId(sessionId, resource, n),
      added: [],
      updated: [],
      deleted: [],
    });
}

/**
 * The session's resource is complete: nothing will be taken back any more, and what was deleted at the app is deleted here
 * too. Tombstones of rows stay without the record, so that an older version does not bring it back.
 */
export async function forgetRemoved(
  { feed }: Pick<Stores, 'feed'>,
  { sessionId, resource }: ResourceInput,
  tombstones: Tombstones,
  { changes, keep }: { readonly changes: number; readonly keep: boolean },
): Promise<void> {
  for (let n = 0; n < changes; n++) {
    const deleted = (await feed.change(changeId(sessionId, resource, n)))?.deleted ?? [];
    if (deleted.length === 0) continue;
    if (keep) {
      const own = (await tombstones.getMany(deleted)).filter((one) => one.record !== null);
      if (own.length > 0) await tombstones.putMany(own.map((one) => ({ ...one, record: null })));
    } else await tombstones.remove(deleted);
  }
}

async function inParts<D>(
  docs: AsyncIterable<D>,
  which: (doc: D) => boolean,
  each: (part: D[]) => Promise<void>,
): Promise<void> {
  const chosen: D[] = [];
  for await (const doc of docs) {
    if (!which(doc)) continue;
    chosen.push(doc);
    if (chosen.length === docsPerWrite) await each(chosen.splice(0));
  }
  if (chosen.length > 0) await each(chosen);
}
