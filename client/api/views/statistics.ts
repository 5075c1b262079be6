import {
  addSums,
  hourMs,
  hoursBetween,
  type IngestionSums,
  rowsPerSecond,
} from '../../../domain/statistics.ts';
import type { IngestionDoc, IngestionHourDoc } from '../../../stores/model.ts';
import type { RouteDeps } from '../deps.ts';
import { invalid } from '../problem.ts';
import type { AskedStatistics, Ingestion, Statistics } from '../schemas/statistics.ts';

const dayMs = 86_400_000;
const usualDays = 7;
/** A leap year. */
const mostDays = 366;

/** @throws {TributaryError} INVALID_INPUT naming what is wrong with the range */
function hoursOf({ from, to }: Pick<AskedStatistics, 'from' | 'to'>, now: Date): string[] {
  const end = to === undefined ? now : new Date(to);
  const begin = from === undefined ? new Date(end.getTime() - usualDays * dayMs) : new Date(from);
  if (begin.getTime() >= end.getTime())
    throw invalid({
      path: 'querystring.from',
      message: to === undefined ? 'must not lie in the future' : 'must be before to',
    });
  if (end.getTime() - begin.getTime() > mostDays * dayMs)
    throw invalid({ path: 'querystring.from', message: `must be at most ${mostDays} days before to` });
  return hoursBetween(begin, end);
}

/**
 * What connections took in over a time range.
 * @throws {TributaryError} INVALID_INPUT
 */
export async function statisticsView(
  { stores, now }: RouteDeps,
  connectionIds: readonly string[],
  asked: AskedStatistics,
): Promise<Statistics> {
  const hours = hoursOf(asked, now());
  const docs = await stores.statistics.hours({ connectionIds, hours });
  const last = hours.at(-1) ?? '';
  const range = {
    from: hours[0] ?? '',
    to: new Date(Date.parse(last) + hourMs).toISOString(),
    sum: withRate(docs.flatMap(({ resources }) => resources)),
  };
  switch (asked.by) {
    case 'hour':
      return { ...range, by: 'hour', hours: byHour(docs) };
    case 'resource':
      return { ...range, by: 'resource', resources: byResource(docs) };
    case 'run': {
      const all = docs.reduce((total, one) => total + one.runs.length, 0);
      const runs = await stores.statistics.many(newest(docs, asked.limit));
      const shown = runs.sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime()).slice(0, asked.limit);
      return { ...range, by: 'run', runs: shown.map(ingestionView), left: all - shown.length };
    }
  }
}

/** Ids of the newest whole hours that together have at least so many runs. */
function newest(docs: readonly IngestionHourDoc[], limit: number): string[] {
  const ids: string[] = [];
  let hour: string | undefined;
  for (const doc of docs.toReversed()) {
    if (ids.length >= limit && doc.hour !== hour) break;
    hour = doc.hour;
    ids.push(...doc.runs);
  }
  return ids;
}

function withRate(sums: readonly IngestionSums[]) {
  const sum = addSums(...sums);
  return { ...sum, rowsPerSecond: rowsPerSecond(sum.rows, sum.durationMs) };
}

/** In the order of the hours. */
function byHour(docs: readonly IngestionHourDoc[]) {
  return [...groupsOf(docs, ({ hour }) => hour)].map(([hour, of]) => ({
    hour,
    ...withRate(of.flatMap(({ resources }) => resources)),
  }));
}

/** In the order of connections and resources. */
function byResource(docs: readonly IngestionHourDoc[]) {
  const parts = docs.flatMap(({ connectionId, resources }) =>
    resources.map((sums) => ({ connectionId, sums })),
  );
  const groups = groupsOf(parts, ({ connectionId, sums }) => `${connectionId}/${sums.resource}`);
  return [...groups.keys()].sort().map((key) => {
    const [connectionId = '', resource = ''] = key.split('/');
    return { connectionId, resource, ...withRate((groups.get(key) ?? []).map(({ sums }) => sums)) };
  });
}

/** In the order in which the keys come first. */
function groupsOf<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** A statistics row as the API shows it. */
const ingestionView = (row: IngestionDoc): Ingestion => ({
  id: row._id,
  connectionId: row.connectionId,
  sessionId: row.sessionId,
  resource: row.resource,
  configuration: row.configuration ?? null,
  kind: row.kind,
  status: row.status,
  reason: row.reason,
  blockedBy: [...row.blockedBy],
  startedAt: row.startedAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
  durationMs: row.durationMs,
  rows: row.rows,
  bytes: row.bytes,
  rowsPerSecond: row.rowsPerSecond,
  ledger: row.ledger,
  anomalies: row.anomalies.map((one) => ({ ...one })),
  comparedWith: row.comparedWith,
});
