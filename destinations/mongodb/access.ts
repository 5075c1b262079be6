import { type Db, type Document, MongoServerError } from 'mongodb';

/** What stands against writing to a database, each with what to do. Nothing is written. */
export async function problemsOf(db: Db): Promise<string[]> {
  const admin = db.admin();
  // Servers before 4.4.2, and the embedded store, know the older name only.
  const hello = await admin.command({ hello: 1 }).catch(() => admin.command({ isMaster: 1 }));
  const readOnly = hello.readOnly === true || (hello.isWritablePrimary ?? hello.ismaster) === false;
  const missing = await missingActions(db);
  return [
    ...(readOnly ? ['The server takes no writes now. Connect to the primary of the set.'] : []),
    ...(missing.length > 0
      ? [
          `The user may not ${missing.join(', ')} in the database ${db.databaseName}. Give it the role readWrite there.`,
        ]
      : []),
  ];
}

const needed = ['find', 'insert', 'update', 'remove', 'createCollection'];

/** What the user may not do in all collections of the database; a server that does not tell counts as open. */
async function missingActions(db: Db): Promise<string[]> {
  const answer = await db.command({ connectionStatus: 1, showPrivileges: true }).catch((error: unknown) => {
    if (error instanceof MongoServerError) return undefined;
    throw error;
  });
  const auth: Document = answer?.authInfo ?? {};
  const users: unknown[] = auth.authenticatedUsers ?? [];
  if (users.length === 0) return [];
  const privileges: Document[] = auth.authenticatedUserPrivileges ?? [];
  const allowed = privileges
    .filter(({ resource }) => resource.anyResource === true || covers(resource, db.databaseName))
    .flatMap(({ actions }): string[] => actions);
  return needed.filter((action) => !allowed.includes(action) && !allowed.includes('anyAction'));
}

/** A user of one collection only may be enough for a sync, so the name of a collection does not matter here. */
const covers = (resource: Document, database: string): boolean =>
  resource.cluster !== true && (resource.db === '' || resource.db === database);
