import type { Db } from 'mongodb';
import type { Sealed } from '../platform/crypto.ts';
import { byId, changeWhere, getOne, idsOf } from './commands.ts';
import type {
  AppDoc,
  ConnectionDoc,
  ConsentDoc,
  DestinationDoc,
  GrantDoc,
  InboxDoc,
  SubscriptionDoc,
} from './model.ts';
import { collections } from './names.ts';

/** The kinds of documents that hold a sealed value; a new one belongs here, or its key can never be removed. */
export const sealedKinds = [
  'apps',
  'connections',
  'grants',
  'consents',
  'inbox',
  'destinations',
  'subscriptions',
] as const;

export type SealedKind = (typeof sealedKinds)[number];

/** What the rotation of keys needs of the collections that hold sealed values. */
export function createSealed(db: Db) {
  const consents = db.collection<ConsentDoc>(collections.consents);
  const inbox = db.collection<InboxDoc>(collections.inbox);
  const held = {
    apps: db.collection<AppDoc>(collections.apps),
    connections: db.collection<ConnectionDoc>(collections.connections),
    grants: db.collection<GrantDoc>(collections.grants),
    consents,
    inbox,
    destinations: db.collection<DestinationDoc>(collections.destinations),
    subscriptions: db.collection<SubscriptionDoc>(collections.subscriptions),
  };
  return {
    /** The ids of all documents of a kind, in order. */
    ids: (kind: SealedKind): Promise<string[]> => idsOf(held[kind] as typeof consents),
    /** Writes a code verifier anew; nothing else ever changes it. */
    async putCodeVerifier(state: string, codeVerifier: Sealed): Promise<void> {
      await consents.updateOne(byId(state), { $set: { codeVerifier } });
    },
    /** Writes anew what a code was exchanged for, unless it was taken away since. */
    async putExchanged(state: string, exchanged: Sealed): Promise<void> {
      const there = { ...byId<ConsentDoc>(state), exchanged: { $exists: true } };
      await consents.updateOne(there, { $set: { exchanged } });
    },
    getInbox: (id: string): Promise<InboxDoc | null> => getOne(inbox, id),
    /** Writes a payload anew; its `seq` stays, so that no claim is disturbed. @returns false when it was changed since */
    putPayload: (id: string, seq: number, payload: Sealed): Promise<boolean> =>
      changeWhere(inbox, id, 'seq', seq, { payload }),
  };
}
