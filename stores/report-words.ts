import type { Db, Filter } from 'mongodb';
import { fieldsOfTable, type SyncTableKey } from '../domain/sync-base.ts';
import { chunksOf, idsPerRead, type TextId } from './commands.ts';
import { below } from './merges.ts';
import type { LogDoc, SyncBaseDoc, SyncBaseRowDoc } from './model.ts';
import { collections, syncBaseRowsCollection } from './names.ts';

/** Rows of Logs and of the SYNC bases, where what an app said of a report stands too. */
type KnownRow = SyncBaseRowDoc & { readonly seen?: Readonly<Record<string, unknown>> };

/** What a row of Logs about a failure begins with; the app's words come after it. */
const failure = /^Report .* failed \([^)]*\): /s;

/**
 * Takes the app's own words about reports of some types out of Logs, and out of what is known of the SYNC bases: their
 * cells count as not known then, so that the next pass writes what the store has.
 * @param instead What Logs say in their place
 */
export async function clearReportWords(
  db: Db,
  reportTypes: readonly string[],
  instead: string,
): Promise<void> {
  if (reportTypes.length === 0) return;
  const isOf = (subject: unknown): boolean =>
    reportTypes.some((type) => String(subject).startsWith(`report/${type}/`));
  const logs = db.collection<LogDoc>(collections.logs);
  for (const type of reportTypes) {
    const ofType = { subject: { $gte: `report/${type}/`, $lt: `report/${type}0` } } as Filter<LogDoc>;
    for (const { _id, text } of await logs.find(ofType).toArray()) {
      const [beginning] = failure.exec(text) ?? [];
      const after = `${beginning}${instead}`;
      if (beginning !== undefined && text !== after) await logs.updateOne({ _id }, { $set: { text: after } });
    }
  }
  const bases = await db.collection<SyncBaseDoc>(collections.syncBases).find().toArray();
  for (const { _id: base } of bases) {
    const rows = db.collection<KnownRow>(syncBaseRowsCollection(base));
    const reports = reportTypes.map((type) => rows.find(below<KnownRow>(`reports/${type}`)).toArray());
    const ofReports = (await Promise.all(reports)).flat().map(({ _id }) => _id);
    const ofLogs = (await rows.find(below<KnownRow>('logs')).toArray())
      .filter(({ seen = {} }) => isOf(seen.Subject) && failure.test(String(seen.Text)))
      .map(({ _id }) => _id);
    await forget(db, base, 'reports', ofReports);
    await forget(db, base, 'logs', ofLogs);
  }
}

async function forget(db: Db, base: string, table: SyncTableKey, ids: readonly string[]): Promise<void> {
  const names = fieldsOfTable(table).flatMap(({ name, words }) => (words === true ? name : []));
  const parts = ['agreed', 'seen', 'sending', 'edits', 'held', 'refused'];
  const paths = names.flatMap((name) => parts.map((part) => [`${part}.${name}`, '']));
  const update = { $unset: Object.fromEntries(paths) };
  for (const some of chunksOf(ids, idsPerRead))
    await db
      .collection<TextId>(syncBaseRowsCollection(base))
      .updateMany({ _id: { $in: [...some] } } as Filter<TextId>, update);
}
