import type { ConnectionSchedule } from '../../../domain/schedule.ts';
import { schedulesOf } from '../../../domain/ticks.ts';
import type { ConnectorBody } from '../../api/schemas/wizard.ts';
import { nextRunsOf } from '../../next-runs.ts';
import { heading } from './person.ts';
import type { Scene } from './scene.ts';
import { settled } from './settled.ts';
import { createSheet, untilTaken } from './sheet.ts';
import { scheduleOf, scheduleText } from './values.ts';

const runsShown = 3;

/** Of this machine. */
export const machineTimeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Where and when it works. */
export function askConnector(scene: Scene, id: string): Promise<void> {
  const { api, answers, person, questions } = scene;
  const sheet = createSheet(person);
  return untilTaken(person, async (round) => {
    const { pool, timeZone, schedule, deduplication, driftPolicy, generation } = await api.getConnection(id);
    // UTC is what a connection has that nobody asked yet.
    const isNew = generation === 1 && timeZone === 'UTC';
    const stored: Readonly<Record<string, unknown>> = {
      ...{ pool, driftPolicy, deduplication, schedule: scheduleText(schedule) },
      timeZone: isNew ? machineTimeZone() : timeZone,
    };
    if (round !== 'same') heading(person, 'Where and when it works:');
    const given = await sheet.fill(round, questions.connector, ({ name }) => ({
      given: answers.connector?.[name],
      fallback: stored[name],
    }));
    const body: ConnectorBody = { ...given, schedule: scheduleOf(String(given.schedule)) };
    for (const line of runLines(id, body)) person.say(line);
    const answer = await api.configureConnector(id, body);
    await settled(api, id, answer);
  });
}

/** The next times at which the engine would start a session, in the connection's own place of the interval. */
function runLines(id: string, { schedule, timeZone = 'UTC' }: ConnectorBody): string[] {
  if (schedule === undefined || schedule.kind === 'MANUAL')
    return ['  Sessions start by hand, by calls and by webhooks only.'];
  const [desired] = schedulesOf({
    ...{ _id: id, status: 'STARTED', configurationStatus: 'FINALIZED', ownCode: null },
    ...{ timeZone, schedule: schedule as ConnectionSchedule, resources: [{ id: 'any', enabled: true }] },
  });
  if (desired === undefined) return [];
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, weekday: 'short', day: '2-digit', month: 'short', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
  });
  const runs = nextRunsOf(desired, runsShown, new Date()).map((at) => format.format(at));
  return [`  It would run next: ${runs.join('; ')}`];
}
