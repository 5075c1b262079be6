import { schedulesOf } from '../../domain/ticks.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { nextRunsOf } from '../next-runs.ts';

/** Next times of one schedule before and after, ISO 8601 in UTC; none: it does not run by itself. */
export interface RunsEffect {
  /** `global`, or `<resource>.<configuration>`. */
  readonly schedule: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const runsShown = 3;

const timesOf = (connection: ConnectionDoc, now: Date): ReadonlyMap<string, string[]> =>
  new Map(
    schedulesOf(connection)
      .filter(({ paused }) => !paused)
      .map((schedule) => [
        schedule.configuration,
        nextRunsOf(schedule, runsShown, now).map((at) => at.toISOString()),
      ]),
  );

/** How the schedules of a connection run before and after a change. */
export function runsEffect(before: ConnectionDoc, after: ConnectionDoc, now: Date): RunsEffect[] {
  const [was, will] = [timesOf(before, now), timesOf(after, now)];
  return [...new Set([...was.keys(), ...will.keys()])].map((schedule) => ({
    schedule,
    before: was.get(schedule) ?? [],
    after: will.get(schedule) ?? [],
  }));
}

/** The same in words. */
export function runsSentence({ schedule, before, after }: RunsEffect): string {
  const [was, will] = [before[0], after[0]];
  if (was === will) return `Schedule ${schedule} runs next at ${will}, as before.`;
  if (will === undefined) return `Schedule ${schedule} runs no more by itself; it would have at ${was}.`;
  return `Schedule ${schedule} runs next at ${will}${was === undefined ? '' : ` instead of ${was}`}.`;
}
