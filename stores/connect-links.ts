import type { Db } from 'mongodb';
import { byId, getOne, insertSame, notThere } from './commands.ts';
import type { ConnectLinkDoc } from './model.ts';
import { collections } from './names.ts';

/** What an opening of a link led to. */
export type ConnectLinkProgress = Pick<ConnectLinkDoc, 'sessionId' | 'answer'>;

/** Links that let a customer connect without a token. */
export function createConnectLinks(db: Db) {
  const links = db.collection<ConnectLinkDoc>(collections.connectLinks);
  return {
    /** @throws {TributaryError} STORE_CONFLICT if the id is taken by another link */
    create: (doc: ConnectLinkDoc): Promise<void> => insertSame(links, doc),
    get: (id: string): Promise<ConnectLinkDoc | null> => getOne(links, id),
    /** Notes the session that the newest answer of the person went to. @throws {TributaryError} NOT_FOUND */
    async progress(id: string, { sessionId, answer }: ConnectLinkProgress): Promise<void> {
      const { matchedCount } = await links.updateOne(byId(id), { $set: { sessionId, answer } });
      if (matchedCount === 0) throw notThere('connect link', id);
    },
  };
}
