import { type Db, MongoClient } from 'mongodb';
import { createOverview, service } from './overview.ts';
import { createSyncBases, syncBaseRowId } from './sync-bases.ts';
import { guarded } from './unavailable.ts';

/** Where the store is, and how long it is waited for. */
export interface ProbeOptions {
  readonly uri: string;
  readonly database: string;
  /** In milliseconds. */
  readonly timeoutMs: number;
}

/** The cell Alive of one SYNC base, by Airtable's ids. */
export interface AliveCell {
  readonly base: string;
  readonly table: string;
  readonly record: string;
  readonly field: string;
}

/**
 * Looks at the store from outside: connects with the first question, and changes nothing. Everything fails with
 * STORE_UNAVAILABLE when the store does not answer in time.
 */
export function createProbe({ uri, database, timeoutMs }: ProbeOptions) {
  let client: MongoClient | undefined;

  /**
   * Asks by the client that is open, or by a new one. One that failed is given up: now and then its monitor does not
   * find the store again that comes back, and says for ever that it is gone.
   */
  async function ask<T>(question: (db: Db) => Promise<T>): Promise<T> {
    client ??= new MongoClient(uri, {
      ...{ serverSelectionTimeoutMS: timeoutMs, connectTimeoutMS: timeoutMs, socketTimeoutMS: timeoutMs },
      ...{ maxPoolSize: 2, ignoreUndefined: true, appName: 'tributary-watchdog' },
    });
    const asked = client;
    try {
      return await question(asked.db(database));
    } catch (error) {
      if (client === asked) client = undefined;
      await asked.close().catch(() => undefined);
      throw error;
    }
  }

  return {
    ...guarded({
      ping: (): Promise<void> => ask(async (db) => void (await db.command({ ping: 1 }))),
      /** When the service last said that it lives; null: never yet. */
      overviewAt: (): Promise<Date | null> =>
        ask(async (db) => (await createOverview(db).get())?.timestamp ?? null),
      /** Of the bases whose row of Overview was written. */
      aliveCells: (): Promise<AliveCell[]> =>
        ask(async (db) => {
          const syncBases = createSyncBases(db, (collection) => collection.estimatedDocumentCount());
          const found: AliveCell[] = [];
          for (const { _id: base, ids } of await syncBases.list()) {
            const table = ids.overview;
            const field = table?.fields.Alive;
            const row = await syncBases.rows(base).get(syncBaseRowId('overview', service));
            if (table !== undefined && field !== undefined && row?.recordId)
              found.push({ base, table: table.id, record: row.recordId, field });
          }
          return found;
        }),
    }),
    close: async (): Promise<void> => client?.close(),
  };
}

export type Probe = ReturnType<typeof createProbe>;
