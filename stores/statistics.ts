import { isDeepStrictEqual } from 'node:util';
import type { Db, Filter } from 'mongodb';
import { sumRuns } from '../domain/statistics.ts';
import { changeWhere, getMany, getOne, insertOnce, removeMany, untilWon } from './commands.ts';
import type { IngestionDoc, IngestionHourDoc } from './model.ts';
import { collections } from './names.ts';
import { idsBelow } from './sessions.ts';
import { runId } from './structuring.ts';

/** Earlier runs of one resource. */
export interface EarlierRuns {
  readonly connectionId: string;
  readonly resource: string;
  /** Only of sessions with a smaller number. */
  readonly before: number;
  readonly limit: number;
  readonly where: (row: IngestionDoc) => boolean;
}

/** Hours of some connections. `hours` in order, without gaps. */
export interface HourRange {
  readonly connectionIds: readonly string[];
  readonly hours: readonly string[];
}

const hourId = (connectionId: string, hour: string): string => `${connectionId}/${hour}`;

const sessionsPerLook = 60;
const mostSessions = 300;
/** Up to so many ids are asked for; for more, all hours of the range are looked at. */
const mostIds = 5_000;
const hoursPerRound = 1_000;

/** Statistics: a row for each ingestion run, and their sums by the hour. */
export function createStatistics(db: Db) {
  const rows = db.collection<IngestionDoc>(collections.ingestions);
  const hours = db.collection<IngestionHourDoc>(collections.ingestionHours);

  /** @returns the row as it is stored after: a later one stays */
  const putRow = (row: IngestionDoc): Promise<IngestionDoc> =>
    untilWon(row._id, async () => {
      const stored = await getOne(rows, row._id);
      if (stored === null) return (await insertOnce(rows, row)) ? row : undefined;
      if (stored.version >= row.version) return stored;
      const { _id, ...rest } = row;
      const counted = new Set([...stored.formerHours, stored.hour]);
      const change = { ...rest, formerHours: [...counted].filter((hour) => hour !== row.hour).sort() };
      return (await changeWhere(rows, _id, 'version', stored.version, change))
        ? { _id, ...change }
        : undefined;
    });

  /**
   * Sums an hour anew from its rows. The sums are read first and the rows after: whoever wins the write has seen every
   * row that was written before the sums were.
   */
  const sumHour = (hour: string, of: readonly IngestionDoc[]): Promise<true> => {
    const [{ connectionId, company, app } = { connectionId: '', company: '', app: '' }] = of;
    const _id = hourId(connectionId, hour);
    return untilWon(_id, async () => {
      const stored = await getOne(hours, _id);
      const ids = new Set([...(stored?.runs ?? []), ...of.map((row) => row._id)]);
      const counted = (await getMany(rows, [...ids].sort())).filter((row) => row.hour === hour);
      const resources = [...new Set(counted.map(({ resource }) => resource))].sort();
      const sums = {
        runs: counted.map((row) => row._id),
        resources: resources.map((resource) => ({
          resource,
          ...sumRuns(counted.filter((row) => row.resource === resource)),
        })),
      };
      if (stored === null) {
        const fresh = { _id, connectionId, company, app, hour, ...sums, seq: 0 };
        return counted.length === 0 || (await insertOnce(hours, fresh)) || undefined;
      }
      if (isDeepStrictEqual(sums, { runs: stored.runs, resources: stored.resources })) return true;
      return (
        (await changeWhere(hours, _id, 'seq', stored.seq, { ...sums, seq: stored.seq + 1 })) || undefined
      );
    });
  };

  return {
    /**
     * Stores rows of one connection and sums their hours anew. May be repeated, and in any order: of two writes of a
     * row the one with the greater version stays, and the sums are those of the rows that are there.
     */
    async put(docs: readonly IngestionDoc[]): Promise<void> {
      const stored: IngestionDoc[] = [];
      for (const doc of docs) stored.push(await putRow(doc));
      const touched = new Set(stored.flatMap(({ hour, formerHours }) => [hour, ...formerHours]));
      for (const hour of touched) await sumHour(hour, stored);
    },
    /** Those that are there, in the order of the ids. */
    many: (ids: readonly string[]): Promise<IngestionDoc[]> => getMany(rows, ids),
    /** Newest first, by their ids: never a scan. Looks at the last 300 sessions at most. */
    async earlier({ connectionId, resource, before, limit, where }: EarlierRuns): Promise<IngestionDoc[]> {
      const found: IngestionDoc[] = [];
      const last = Math.max(1, before - mostSessions);
      for (let below = before; below > last && found.length < limit; below -= sessionsPerLook) {
        const ids = idsBelow(connectionId, below, sessionsPerLook);
        const docs = await getMany(
          rows,
          ids.map((id) => runId(id, resource)),
        );
        found.push(...docs.filter(where));
      }
      return found.slice(0, limit);
    },
    /** Those that are there, by hour. By their ids; only a long range of many connections looks at every hour. */
    async hours({ connectionIds, hours: wanted }: HourRange): Promise<IngestionHourDoc[]> {
      const [first, last] = [wanted[0], wanted.at(-1)];
      if (first === undefined || last === undefined) return [];
      if (connectionIds.length * wanted.length <= mostIds || connectionIds.length === 1)
        return getMany(
          hours,
          wanted.flatMap((hour) => connectionIds.map((id) => hourId(id, hour))),
        );
      const ofThese = new Set(connectionIds);
      const docs = await hours.find({ hour: { $gte: first, $lte: last } }).toArray();
      return docs
        .filter(({ connectionId }) => ofThese.has(connectionId))
        .sort((a, b) => (a.hour + a._id < b.hour + b._id ? -1 : 1));
    },
    /** Deletes hours that lie before with their rows. Looks at every hour on the embedded store. */
    async expire(before: Date): Promise<void> {
      const old = { hour: { $lt: before.toISOString() } } as Filter<IngestionHourDoc>;
      for (;;) {
        const docs = await hours
          .find(old, { projection: { runs: 1 } })
          .limit(hoursPerRound)
          .toArray();
        if (docs.length === 0) return;
        const ids = docs.flatMap(({ runs }) => runs);
        await removeMany(rows, ids);
        await removeMany(
          hours,
          docs.map(({ _id }) => _id),
        );
      }
    },
  };
}
