import type { IngestionProcessStatus } from '../../../domain/ingestion.ts';
import { globalConfiguration, type IngestionConfiguration } from '../../../domain/schedule.ts';
import { configurationsOf, type DesiredSchedule, schedulesOf } from '../../../domain/ticks.ts';
import type { ConnectionDoc, IngestionDoc, ResourceSetting, SessionDoc } from '../../../stores/model.ts';
import { nextRunsOf } from '../../next-runs.ts';
import type { RouteDeps } from '../deps.ts';
import { latestSession } from '../find.ts';
import type { ResourceList, ResourceView } from '../schemas/resources.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** As many as there are minutes in a day. */
const mostInDay = 1_440;
const runsShown = 3;
const overlapsShown = 20;
/** So many of the newest runs of a resource are looked at for the last one of each configuration. */
const runsLooked = 60;

/** What the view of one resource is made from. */
interface Seen {
  readonly connection: ConnectionDoc;
  readonly schedules: readonly DesiredSchedule[];
  readonly latest: SessionDoc | null;
  /** Newest first. */
  readonly runs: readonly IngestionDoc[];
  readonly now: Date;
}

/** The resources of a connection with how they are ingested, when they were last and when they are next. */
export async function resourcesView(deps: RouteDeps, connection: ConnectionDoc): Promise<ResourceList> {
  const { stores } = deps;
  const now = deps.now();
  const schedules = schedulesOf(connection).filter(({ paused }) => !paused);
  const latest = await latestSession(deps, connection._id);
  const resources: ResourceView[] = [];
  for (const resource of connection.resources) {
    const runs = await stores.statistics.earlier({
      connectionId: connection._id,
      resource: resource.id,
      before: connection.latestSession + 1,
      limit: runsLooked,
      where: ({ generation }) => generation === connection.generation,
    });
    resources.push(resourceView(resource, { connection, schedules, latest, runs, now }));
  }
  const { kind = 'MANUAL', ...rest } = connection.schedule ?? {};
  return {
    schedule: { kind, ...rest } as ResourceList['schedule'],
    timeZone: connection.timeZone,
    paused: connection.status !== 'STARTED' && connection.status !== 'STARTING',
    resources,
  };
}

function resourceView(resource: ResourceSetting, seen: Seen): ResourceView {
  const { id, enabled, historyStart, fields } = resource;
  const { runs, now } = seen;
  const configurations = configurationsOf(resource).map((one) => {
    const schedule = scheduleOf(resource, one, seen);
    const mine = runs.find(({ configuration }) => configuration === nameOf(one));
    return {
      ...{ id: one.id, strategy: one.strategy, schedule: { ...one.schedule }, enabled: one.enabled },
      process: processOf(resource, one, seen),
      lastRun: runView(mine),
      nextRuns: schedule === undefined ? [] : texts(nextRunsOf(schedule, runsShown, now)),
    };
  });
  const next = [...new Set(configurations.flatMap((one) => one.nextRuns))].sort().slice(0, runsShown);
  return {
    ...{ id, enabled },
    ...(historyStart === undefined ? {} : { historyStart }),
    ...(fields === undefined
      ? {}
      : { fields: structuredClone(fields) as NonNullable<ResourceView['fields']> }),
    lastRun: runView(runs[0]),
    nextRuns: next,
    configurations,
    overlaps: overlapsOf(resource, seen),
  };
}

/** As statistics rows name it. */
const nameOf = ({ id, schedule }: IngestionConfiguration): string =>
  schedule.kind === 'GLOBAL' ? globalConfiguration : id;

/** The Schedule by which a configuration starts; undefined where nothing starts it by itself. */
function scheduleOf(
  resource: ResourceSetting,
  { id, enabled, schedule }: IngestionConfiguration,
  { schedules }: Seen,
): DesiredSchedule | undefined {
  if (!enabled || !resource.enabled) return undefined;
  const name = schedule.kind === 'GLOBAL' ? globalConfiguration : `${resource.id}.${id}`;
  return schedules.find(({ configuration }) => configuration === name);
}

/** Statuses of a session before its rows are in the records. */
const ingesting: readonly (number | null)[] = [null, 2, 12, 13, 25];

function processOf(
  resource: ResourceSetting,
  configuration: IngestionConfiguration,
  { latest }: Seen,
): IngestionProcessStatus {
  if (!resource.enabled || !configuration.enabled) return 'FINISHED';
  if (latest === null || latest.closedAt !== null || latest.held !== null) return 'SCHEDULED';
  if (!latest.resources.includes(resource.id) || !ingesting.includes(latest.status)) return 'SCHEDULED';
  const { scope } = latest;
  const name =
    configuration.schedule.kind === 'GLOBAL' ? globalConfiguration : `${resource.id}.${configuration.id}`;
  return scope.configuration === name ? 'IN_PROGRESS' : 'SCHEDULED';
}

function runView(run: IngestionDoc | undefined): ResourceView['lastRun'] {
  if (run === undefined) return null;
  const { sessionId, status, reason, startedAt, endedAt, rows, configuration = null } = run;
  return {
    ...{ sessionId, status, reason, rows, configuration },
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}

const texts = (times: readonly Date[]): string[] => times.map((at) => at.toISOString());

/** The minutes of the next day in which more than one configuration starts. */
function overlapsOf(resource: ResourceSetting, seen: Seen): ResourceView['overlaps'] {
  const { now } = seen;
  const end = now.getTime() + dayMs;
  const own = configurationsOf(resource).flatMap((one) => {
    const schedule = scheduleOf(resource, one, seen);
    return schedule === undefined ? [] : [{ id: one.id, schedule }];
  });
  if (own.length < 2) return [];
  const minutes = new Map<number, Set<string>>();
  for (const { id, schedule } of own)
    for (const at of nextRunsOf(schedule, mostInDay, now)) {
      if (at.getTime() >= end) break;
      const minute = Math.floor(at.getTime() / minuteMs) * minuteMs;
      minutes.set(minute, (minutes.get(minute) ?? new Set()).add(id));
    }
  return [...minutes]
    .filter(([, ids]) => ids.size > 1)
    .sort(([a], [b]) => a - b)
    .slice(0, overlapsShown)
    .map(([minute, ids]) => ({ at: new Date(minute).toISOString(), configurations: [...ids].sort() }));
}
