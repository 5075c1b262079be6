import type { Db } from 'mongodb';
import { TributaryError } from '../domain/errors.ts';
import { changeWhere, getOne, insertOnce, type TextId } from './commands.ts';
import { collections } from './names.ts';

/** `_id` is `schema`. */
export interface SchemaDoc extends TextId {
  readonly version: number;
}

/** One step of the schema. Two processes may run it at once, and a crash repeats it: it must bear that. */
export interface Migration {
  /** The version that the store has after it. */
  readonly to: number;
  readonly what: string;
  readonly run: (db: Db) => Promise<void>;
}

/** The version of a store that was made by this program. */
export const firstVersion = 1;

/** In order, without gaps, from `firstVersion + 1`. Never changed once released. */
export const migrations: readonly Migration[] = [
  {
    to: 2,
    what: 'forgets merges of the first way to deduplicate, which nothing reads and no disconnect would delete',
    run: async (db) => {
      await db.collection('merges').deleteMany({});
    },
  },
];

/**
 * Brings the store to the version of this program; a new store starts with it.
 * @throws {TributaryError} STORE_NEWER if the store is of a later version
 */
export async function migrate(db: Db, steps: readonly Migration[] = migrations): Promise<number> {
  const meta = db.collection<SchemaDoc>(collections.meta);
  const wanted = steps.at(-1)?.to ?? firstVersion;
  await insertOnce(meta, { _id: 'schema', version: wanted });
  for (;;) {
    const version = (await getOne(meta, 'schema'))?.version ?? wanted;
    if (version > wanted)
      throw new TributaryError(
        'STORE_NEWER',
        `The store has schema version ${version}; this program knows versions up to ${wanted}.`,
        { storeVersion: version, programVersion: wanted },
      );
    const step = steps.find(({ to }) => to === version + 1);
    if (step === undefined) return version;
    await step.run(db);
    await changeWhere(meta, 'schema', 'version', version, { version: step.to });
  }
}
