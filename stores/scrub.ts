import type { Db, Document, Filter } from 'mongodb';
import { chunksOf, getMany, getOne, idsPerRead, type TextId, untilWon } from './commands.ts';
import { leaving } from './figures.ts';
import { below } from './merges.ts';
import type {
  AlertDoc,
  BenchmarkGroupDoc,
  ConnectionDoc,
  EventDoc,
  IngestionRunDoc,
  ReportDoc,
  SessionDoc,
  SyncRunDoc,
} from './model.ts';
import { collections } from './names.ts';
import { clearReportWords } from './report-words.ts';

/** Fields of documents that stay as the audit trail, but tell of data, or lead to it. */
export interface ClearedPart {
  readonly name: string;
  readonly kind: 'access' | 'data';
  /** Ids of the documents that have something in these fields. */
  readonly find: () => Promise<string[]>;
  readonly clear: () => Promise<void>;
}

/** By what the parts are found. */
export interface Owned {
  readonly connectionId: string;
  /** `<connectionId>/<generation>` */
  readonly prefix: string;
  readonly sessionIds: readonly string[];
  /** Ingestion runs. */
  readonly runIds: readonly string[];
  readonly syncIds: readonly string[];
  readonly syncRunIds: readonly string[];
  /** Report types that read the connection's records. */
  readonly reportTypes: readonly string[];
}

/** What an alert says in the place of its reason once the connection it is of has ended. */
const endedReason = 'The connection was disconnected.';

/** What of the audit trail of a generation is emptied. Counts, reasons, times and people's own notes stay. */
export function clearedParts(
  db: Db,
  { connectionId, prefix, sessionIds, runIds, syncIds, syncRunIds, reportTypes }: Owned,
): readonly ClearedPart[] {
  const sessions = db.collection<SessionDoc>(collections.sessions);
  const runs = db.collection<IngestionRunDoc>(collections.ingestionRuns);
  const events = db.collection<EventDoc>(collections.events);
  const syncRuns = async (has: (run: SyncRunDoc) => boolean): Promise<string[]> =>
    (await getMany(db.collection<SyncRunDoc>(collections.syncRuns), syncRunIds))
      .filter(has)
      .map(({ _id }) => _id);
  const part = (
    kind: ClearedPart['kind'],
    [collection, fields]: readonly [collection: string, fields: string],
    find: () => Promise<string[]>,
    update: Document,
    besides: () => Promise<void> = async () => undefined,
  ): ClearedPart => ({
    name: `${collection}.${fields}`,
    kind,
    find,
    clear: async () => {
      await besides();
      for (const ids of chunksOf(await find(), idsPerRead))
        await db
          .collection<TextId>(collection)
          .updateMany({ _id: { $in: [...ids] } } as Filter<TextId>, update);
    },
  });
  const incidents = [
    ...['session', 'grant', 'connection'].map((cause) => `${cause}/${connectionId}`),
    ...syncIds.map((id) => `sync/${id}`),
  ];
  const alerts = db.collection<AlertDoc>(collections.alerts);
  const alertsThere = async () => {
    const ofReports = reportTypes.map((type) => alerts.find(below<AlertDoc>(`report/${type}`)).toArray());
    return [...(await getMany(alerts, incidents)), ...(await Promise.all(ofReports)).flat()]
      .filter(({ lines, reason }) => lines.length > 0 || reason !== endedReason)
      .map(({ _id }) => _id);
  };
  const reportsThere = (has: (report: ReportDoc) => boolean) => async () => {
    const reports = db.collection<ReportDoc>(collections.reports);
    const found = reportTypes.map((type) => reports.find(below<ReportDoc>(type)).toArray());
    return (await Promise.all(found))
      .flat()
      .filter(has)
      .map(({ _id }) => _id);
  };
  const groups = db.collection<BenchmarkGroupDoc>(collections.benchmarkGroups);
  return [
    // A company that left is compared with nobody; what the others were told of it is that there was one more.
    part(
      'access',
      [collections.benchmarkGroups, 'members'],
      async () =>
        (await groups.find({ 'members.figuresId': prefix }, { projection: { _id: 1 } }).toArray()).map(
          ({ _id }) => _id,
        ),
      leaving(prefix),
    ),
    // The link to authorize again, which ended with the connection.
    part(
      'access',
      [collections.events, 'connectLink'],
      async () =>
        (await events.find(below<EventDoc>(prefix)).toArray()).filter(hasLink).map(({ _id }) => _id),
      { $set: { connectLink: null } },
    ),
    // The app's own words about what went wrong.
    part(
      'data',
      [collections.sessions, 'detail'],
      async () =>
        (await getMany(sessions, sessionIds, { detail: 1 }))
          .filter(({ detail }) => detail !== null)
          .map(({ _id }) => _id),
      { $set: { detail: null } },
    ),
    part(
      'data',
      [collections.ingestionRuns, 'fields'],
      async () => (await getMany(runs, runIds)).filter(tellsOfFields).map(({ _id }) => _id),
      { $set: { nulls: {}, newest: null, fields: { rows: 0, stats: [] }, drift: null } },
    ),
    // The destination's own words about a row, and the key of the one record that was asked for.
    part(
      'data',
      [collections.syncRuns, 'detail'],
      () => syncRuns(({ detail, key }) => detail !== null || key !== null),
      { $set: { detail: null, key: null } },
    ),
    // The app's and the destination's own words, once more.
    part('data', [collections.alerts, 'lines'], alertsThere, { $set: { lines: [], reason: endedReason } }),
    part(
      'data',
      [collections.reports, 'detail'],
      reportsThere(({ detail }) => detail !== null),
      { $set: { detail: null } },
      // The same words in Logs and in the SYNC bases.
      () => clearReportWords(db, reportTypes, endedReason),
    ),
    // Beginnings of rows that did not fit, and what leads to a report at the app.
    part(
      'data',
      [collections.reports, 'staged, requested'],
      reportsThere(({ staged, requested }) => staged != null || requested != null),
      { $set: { staged: null, requested: null } },
    ),
    // Rows that the destination rejected, in its words; the destination has what it has.
    part(
      'data',
      [collections.reports, 'delivery'],
      reportsThere(({ delivery }) => delivery != null),
      { $set: { delivery: null } },
    ),
    // The key at which staging stood.
    part('data', [collections.syncRuns, 'staging'], () => syncRuns(({ staging }) => staging?.after != null), {
      $set: { 'staging.after': null },
    }),
  ];
}

const hasLink = ({ connectLink }: EventDoc): boolean => connectLink !== null;

/** Names of fields, and the greatest value of one of them. */
const tellsOfFields = ({ nulls, newest, fields, drift }: IngestionRunDoc): boolean =>
  newest !== null || drift !== null || fields?.stats.length > 0 || Object.keys(nulls ?? {}).length > 0;

const secretsIn = ({ webhookSecrets, hashKey, account }: ConnectionDoc): boolean =>
  webhookSecrets.length > 0 || hashKey !== undefined || account !== null;

/** Whether the connection's own document still has what belongs to this generation only. */
export async function holdsSecrets(db: Db, connectionId: string, generation: number): Promise<boolean> {
  const doc = await getOne(db.collection<ConnectionDoc>(collections.connections), connectionId);
  return doc !== null && doc.generation === generation && secretsIn(doc);
}

/** Empties it: webhook secrets, the key that hashed fields, the account. Settings stay, as defaults of connect again. */
export async function clearConnection(db: Db, connectionId: string, generation: number): Promise<void> {
  const connections = db.collection<ConnectionDoc>(collections.connections);
  await untilWon(connectionId, async () => {
    const doc = await getOne(connections, connectionId);
    if (doc === null || doc.generation !== generation || !secretsIn(doc)) return true;
    const { matchedCount } = await connections.updateOne(
      { _id: connectionId, seq: doc.seq },
      {
        $set: { webhookSecrets: [], account: null, seq: doc.seq + 1, updatedAt: new Date() },
        $unset: { hashKey: '' },
      },
    );
    return matchedCount === 1 ? true : undefined;
  });
}
