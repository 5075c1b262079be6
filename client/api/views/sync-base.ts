import { airtablePlans, span } from '../../../domain/sync-base-plan.ts';
import type { SyncBaseDoc } from '../../../stores/model.ts';
import type { SetUpResult } from '../../sync-base/set-up.ts';
import type { SyncBaseResultView, SyncBaseView } from '../schemas/airtable.ts';

/**
 * A SYNC base as the API shows it.
 * @param bill What there is to say of its calls; null: nothing
 */
export function syncBaseView(doc: SyncBaseDoc, now: Date, bill: string | null = null): SyncBaseView {
  const { _id: base, plan, everyMs, problem, calls, records, passedAt, webhook, attachedAt } = doc;
  const allowed = airtablePlans[plan];
  const callsThisMonth = calls[now.toISOString().slice(0, 7)] ?? 0;
  return {
    ...{ base, plan, everySecs: everyMs / 1_000, records, recordsAllowed: allowed.records },
    problem: problem === null ? null : { ...problem, since: problem.since.toISOString() },
    ...{ callsThisMonth, callsAllowed: allowed.callsAMonth },
    passedAt: passedAt?.toISOString() ?? null,
    webhook: webhook !== null,
    attachedAt: attachedAt.toISOString(),
    sentence: [sentenceOf(doc, callsThisMonth), ...(bill === null ? [] : [bill])].join(' '),
  };
}

function sentenceOf({ plan, everyMs, problem, passedAt }: SyncBaseDoc, calls: number): string {
  if (problem !== null) return `${problem.text} Since ${problem.since.toISOString()}.`;
  const { callsAMonth, name } = airtablePlans[plan];
  if (callsAMonth !== null && calls >= callsAMonth)
    return `The ${callsAMonth} calls of the ${name} plan are used up for this month.`;
  if (passedAt === null) return 'It is attached, and nothing was read or written yet.';
  return `It is looked at every ${span(everyMs)}, last at ${passedAt.toISOString()}.`;
}

/** What became of a set-up. */
export function syncBaseResultView(
  { doc, pace, made, notes, views }: SetUpResult,
  now: Date,
): SyncBaseResultView {
  const { calls, polls, writes, widened, sentences } = pace;
  return {
    base: syncBaseView(doc, now),
    ...{ made: [...made], notes: [...notes], views: [...views] },
    ...{ bill: { calls, polls, writes, widened }, sentences: [...sentences] },
  };
}
