import type { Db } from 'mongodb';
import type { Sealed } from '../platform/crypto.ts';
import { byId, getMany, getOne, insertOnce, insertSame, type TextId } from './commands.ts';
import type { ConsentDoc } from './model.ts';
import { collections } from './names.ts';

/** `_id` is `<sessionId>/<n>`, n from 1: finds the links of a session by their ids. */
export interface ConsentLinkDoc extends TextId {
  readonly consent: string;
}

const linksPerRead = 20;

/** Consent links. */
export function createConsents(db: Db) {
  const consents = db.collection<ConsentDoc>(collections.consents);
  const links = db.collection<ConsentLinkDoc>(collections.consentLinks);

  const linksOf = async (sessionId: string): Promise<ConsentLinkDoc[]> => {
    const all: ConsentLinkDoc[] = [];
    for (;;) {
      const ids = Array.from(
        { length: linksPerRead },
        (_, index) => `${sessionId}/${all.length + index + 1}`,
      );
      const part = await getMany(links, ids);
      all.push(...part);
      if (part.length < linksPerRead) return all;
    }
  };

  return {
    /**
     * Stores a link by its state value; it becomes the latest one of its session.
     * @throws {TributaryError} STORE_CONFLICT if the state value is taken by another link
     */
    async create(doc: ConsentDoc): Promise<void> {
      await insertSame(consents, doc);
      const known = await linksOf(doc.sessionId);
      if (known.some((link) => link.consent === doc._id)) return;
      for (let n = known.length + 1; ; n++)
        if (await insertOnce(links, { _id: `${doc.sessionId}/${n}`, consent: doc._id })) return;
    },
    /** By the state value. */
    get: (state: string): Promise<ConsentDoc | null> => getOne(consents, state),
    /** Keeps what the code was exchanged for; null: it is no longer needed. */
    async keepExchanged(state: string, exchanged: Sealed | null): Promise<void> {
      const change = exchanged === null ? { $unset: { exchanged: '' as const } } : { $set: { exchanged } };
      await consents.updateOne(byId(state), change);
    },
    /** The newest link of a session. */
    async latest(sessionId: string): Promise<ConsentDoc | null> {
      const link = (await linksOf(sessionId)).at(-1);
      return link === undefined ? null : getOne(consents, link.consent);
    },
  };
}
