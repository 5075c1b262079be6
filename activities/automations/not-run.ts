import { automationScheduleIdOf, automationTickId } from '../../domain/automation-rules.ts';
import type { DueTime } from '../../domain/automations.ts';
import type { Actor } from '../../domain/contracts.ts';
import type { AutomationDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';

/** Why a due time is not run. */
export type NotRun = 'missed' | 'coalesced';

const shownTime = ({ at }: DueTime): string =>
  `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} GMT`;

const whys: Readonly<Record<NotRun, string>> = {
  missed: 'missed: nothing could start it in time, and missed times are skipped.',
  coalesced: 'not run late: a later time was due already and runs in its place.',
};

const by = ({ _id }: Pick<AutomationDoc, '_id'>): Actor => ({
  kind: 'schedule',
  id: automationScheduleIdOf(_id),
});

/**
 * Notes of a due time in its row that nobody starts it.
 * @returns false: it is known already what became of it
 */
export function noteNotRun(
  { automationTicks }: Pick<Stores, 'automationTicks'>,
  automation: Pick<AutomationDoc, '_id'>,
  due: DueTime,
  outcome: NotRun,
  at: Date,
): Promise<boolean> {
  const { _id: automationId } = automation;
  const row = { automationId, slot: due.slot, dueAt: new Date(due.at), by: by(automation), at };
  const text = `It was due at ${shownTime(due)} and was ${whys[outcome]}`;
  return automationTicks.note(
    { _id: automationTickId(automationId, due.slot), ...row },
    { outcome, reason: null, text },
  );
}

/** One row of Logs for due times that were noted together, in order. */
export async function logNotRun(
  { logs }: Pick<Stores, 'logs'>,
  automation: Pick<AutomationDoc, '_id' | 'name'>,
  due: readonly DueTime[],
  outcome: NotRun,
  at: Date,
): Promise<void> {
  const [first, last] = [due[0], due.at(-1)];
  if (first === undefined || last === undefined) return;
  const times =
    due.length === 1
      ? `at ${shownTime(first)}`
      : `${due.length} times from ${shownTime(first)} to ${shownTime(last)}`;
  await logs.add({
    ...{ at, by: by(automation), subject: automationScheduleIdOf(automation._id) },
    text: `${automation.name} was due ${times} and was ${whys[outcome]}`,
    before: null,
    after: { outcome, slots: due.map(({ slot }) => slot).slice(0, 100) },
  });
}
