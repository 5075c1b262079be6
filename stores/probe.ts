import { MongoClient } from 'mongodb';
import { createOverview } from './overview.ts';
import { guarded } from './unavailable.ts';

/** Where the store is, and how long it is waited for. */
export interface ProbeOptions {
  readonly uri: string;
  readonly database: string;
  /** In milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Looks at the store from outside: connects with the first question, and changes nothing. Everything fails with
 * STORE_UNAVAILABLE when the store does not answer in time.
 */
export function createProbe({ uri, database, timeoutMs }: ProbeOptions) {
  const client = new MongoClient(uri, {
    ...{ serverSelectionTimeoutMS: timeoutMs, connectTimeoutMS: timeoutMs, socketTimeoutMS: timeoutMs },
    ...{ maxPoolSize: 2, ignoreUndefined: true, appName: 'tributary-watchdog' },
  });
  const db = client.db(database);
  return {
    ...guarded({
      ping: async (): Promise<void> => {
        await db.command({ ping: 1 });
      },
      /** When the service last said that it lives; null: never yet. */
      overviewAt: async (): Promise<Date | null> => (await createOverview(db).get())?.timestamp ?? null,
    }),
    close: () => client.close(),
  };
}

export type Probe = ReturnType<typeof createProbe>;
