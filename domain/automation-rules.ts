import type { Automation, AutomationTask, DueTime } from './automations.ts';
import { dueTimes, nextDueTimes, type Timing } from './due-times.ts';
import { clockOf } from './zones.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

export const automationScheduleIdOf = (automationId: string): string => `automation/${automationId}`;

/** Id of the row that says what became of a due time. */
export const automationTickId = (automationId: string, slot: string): string => `${automationId}/${slot}`;

/** A due time is missed when nothing was heard of it for so long, by the policy `skip`. */
export const lateMs = 2 * minuteMs;
/** The engine itself does not tick in the gap of spring: the sweep has to find it first. */
export const lateInGapMs = 30 * minuteMs;

/** Whether the clock leaves out the wall time of a due time, which comes after the gap then. */
export function isInGap({ run, time, timezone }: Timing, { at }: DueTime): boolean {
  const clock = run === 'Interval' ? null : clockOf(timezone);
  if (clock === null) return false;
  const inDay = (((at + clock(at)) % dayMs) + dayMs) % dayMs;
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return Math.floor(inDay / minuteMs) !== hours * 60 + minutes;
}

/**
 * What a due time that nobody has started yet comes to (`missed` of {@link Automation}). `coalesced`: a later one is
 * due already and runs in its place.
 */
export function decideSlot(
  automation: Timing & Pick<Automation, 'missed'>,
  due: DueTime,
  now: number,
): 'run' | 'missed' | 'coalesced' {
  if (automation.missed === 'skip')
    return now - due.at > (isInGap(automation, due) ? lateInGapMs : lateMs) ? 'missed' : 'run';
  if (automation.missed === 'runAll') return 'run';
  const [next] = nextDueTimes(automation, 1, due.at);
  return next !== undefined && next.at <= now ? 'coalesced' : 'run';
}

/** How far back the sweep looks. */
export const sweptMs = dayMs;

/**
 * Due times of the last day that should have been started by now; those before `since` were of another timing.
 * Times in the gap of spring are wanted at once.
 */
export function dueBefore(automation: Timing, since: number, now: number): readonly DueTime[] {
  return dueTimes(automation, Math.max(since, now - sweptMs), now + 1).filter(
    (due) => now - due.at > lateMs || isInGap(automation, due),
  );
}

/** The last two times that came due. */
export function latestDue(timing: Timing, now: number): readonly DueTime[] {
  // The longest period is a day; of Weekly two times lie within sixteen days.
  const spanMs = timing.run === 'Interval' ? 3 * dayMs : 16 * dayMs;
  return dueTimes(timing, now - spanMs, now + 1).slice(-2);
}

/** What a task does, for people. */
export function taskText(task: AutomationTask): string {
  switch (task.kind) {
    case 'report':
      return `report ${task.reportType}`;
    case 'refresh':
      return `refresh of ${task.connectionId}${task.full === true ? ' in full' : ''}`;
    case 'sync':
      return `sync ${task.syncId}`;
    case 'retention':
      return 'retention';
    case 'fill':
      return `fill of ${task.reportType}, ${task.days === 1 ? 'last day' : `last ${task.days} days`}`;
  }
}

/** When it runs, for people. */
export function timingText({ run, time, timezone, weekday }: Timing): string {
  if (run === 'Interval') return `every ${time} h`;
  return `${run === 'Weekly' ? `${weekday}s` : 'daily'} at ${time} (${timezone})`;
}

/** What a person can change of an automation. */
export type AutomationFields = Omit<Automation, 'id'>;

const shown: readonly (readonly [title: string, text: (of: AutomationFields) => string])[] = [
  ['Name', ({ name }) => name],
  ['Description', ({ description }) => (description === '' ? 'empty' : description)],
  ['Task', ({ task }) => taskText(task)],
  ['Run', ({ run }) => run],
  ['Time', ({ time }) => time],
  ['Timezone', ({ timezone }) => timezone],
  ['Weekday', ({ weekday }) => weekday ?? 'none'],
  ['Missed', ({ missed }) => missed],
  ['Disable', ({ disabled }) => (disabled ? 'on' : 'off')],
];

/** One sentence for each field that differs, such as `Time was 06:00, is 07:30`; none: nothing does. */
export const editSentences = (before: AutomationFields, after: AutomationFields): readonly string[] =>
  shown.flatMap(([title, text]) => {
    const [was, is] = [text(before), text(after)];
    return was === is ? [] : [`${title} was ${was}, is ${is}`];
  });

/** Whether an edit gives an automation other times. */
export const isRetimed = (before: Timing, after: Timing): boolean =>
  (['run', 'time', 'timezone', 'weekday'] as const).some((field) => before[field] !== after[field]);
