import type { Automation } from './automations.ts';

/** What Airtable's plans allow (its page "Airtable plans", and "Managing API call limits"). */
export const airtablePlans = {
  /** `callsAMonth` null: without a limit. Calls are of the workspace, records of one base. */
  free: { name: 'Free', callsAMonth: 1_000, records: 1_000 },
  team: { name: 'Team', callsAMonth: 100_000, records: 50_000 },
  business: { name: 'Business', callsAMonth: null, records: 125_000 },
} as const;
export type AirtablePlan = keyof typeof airtablePlans;
export const airtablePlanNames = Object.keys(airtablePlans) as readonly AirtablePlan[];

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Days that a month's bill is of. */
const monthDays = 30;
/** Overview says every 30 minutes that the service lives. */
const heartbeatsADay = 48;
/** Edits by people and what follows from them, a day; a guess that is on the safe side. */
const editsADay = 20;
/** Share of a plan's calls that is used; others use the workspace too. */
const share = 0.8;

/** How often the base is looked at unless the plan is too small. */
export const defaultEveryMs = minuteMs;
/** The intervals that are chosen from, in ms. */
const intervals = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 480, 720, 1_440].map((min) => min * minuteMs);

/** What a month costs, in calls of Airtable's API. */
export interface Bill {
  /** One call a poll. */
  readonly polls: number;
  /** Reading once more before a write, and the writes. */
  readonly writes: number;
  readonly calls: number;
}

/** How often automations run in a day; disabled ones do not. */
export function runsADay(automations: readonly Pick<Automation, 'run' | 'time' | 'disabled'>[]): number {
  const runs = automations.map(({ run, time, disabled }) => {
    if (disabled) return 0;
    if (run !== 'Interval') return run === 'Daily' ? 1 : 1 / 7;
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    const length = hours * 60 + minutes;
    return length > 0 ? 1_440 / length : 0;
  });
  return runs.reduce((sum, one) => sum + one, 0);
}

/** @param runs Runs of automations a day, each of which changes a row */
export function monthlyBill(everyMs: number, runs: number): Bill {
  const polls = Math.ceil((monthDays * dayMs) / everyMs);
  // What changes within one interval is written together.
  const heartbeats = Math.min(polls, monthDays * heartbeatsADay);
  const changes = Math.min(polls, Math.ceil(monthDays * (runs + editsADay)));
  // Each reads the payloads once more; a heartbeat writes one table, a change two: its own and Logs.
  const writes = heartbeats * 2 + changes * 3;
  return { polls, writes, calls: polls + writes };
}

/** The interval and what it comes to. */
export interface Pace extends Bill {
  readonly plan: AirtablePlan;
  readonly everyMs: number;
  /** It is longer than was asked for, because of the plan. */
  readonly widened: boolean;
  /** For people. */
  readonly sentences: readonly string[];
}

/** The shortest interval from `wantedMs` on whose bill fits a plan. */
export function paceFor(plan: AirtablePlan, runs: number, wantedMs: number = defaultEveryMs): Pace {
  const { name, callsAMonth } = airtablePlans[plan];
  const fits = (everyMs: number): boolean =>
    callsAMonth === null || monthlyBill(everyMs, runs).calls <= callsAMonth * share;
  const longer = intervals.filter((one) => one > wantedMs);
  const everyMs = [wantedMs, ...longer].find(fits) ?? Math.max(wantedMs, dayMs);
  const bill = monthlyBill(everyMs, runs);
  const widened = everyMs > wantedMs;
  const allowed =
    callsAMonth === null
      ? `The ${name} plan has no limit of calls.`
      : `The ${name} plan has ${number(callsAMonth)} for the whole workspace.`;
  const sentences = [
    `The base is looked at every ${span(everyMs)}. That is about ${number(bill.calls)} calls of Airtable's API a month: ${number(bill.polls)} to look and ${number(bill.writes)} to write. ${allowed}`,
    ...(widened
      ? [
          `Every ${span(wantedMs)} would be ${number(monthlyBill(wantedMs, runs).calls)} calls, too many for this plan; so an edit in Airtable is taken within ${span(everyMs)}.`,
        ]
      : []),
    ...(fits(everyMs) ? [] : [`Even so the ${name} plan is too small: choose a larger one, or run less.`]),
  ];
  return { plan, everyMs, widened, ...bill, sentences };
}

/**
 * Whether a base is looked at more often than its plan allows with the runs of now, for people; null: it is not. Schedules
 * that came after the interval was chosen cost calls too.
 */
export function billSentence(plan: AirtablePlan, runs: number, everyMs: number): string | null {
  const { name, callsAMonth } = airtablePlans[plan];
  const { calls } = monthlyBill(everyMs, runs);
  if (callsAMonth === null || calls <= callsAMonth * share) return null;
  return `With the schedules of now a month takes about ${number(calls)} calls, more than the ${share * 100} % of the ${name} plan's ${number(callsAMonth)} that are used at most. tributary airtable setup chooses a longer interval; or choose a larger plan.`;
}

/** Share of a plan's records that Logs, and Reports, may take each. */
const shareOfRows = 0.35;

/** Rows of Logs, and of Reports, that a base of the plan shows at most: the newest. */
export const mostRowsOf = (plan: AirtablePlan): number =>
  Math.floor(airtablePlans[plan].records * shareOfRows);

/**
 * Whether the records of a base fit its plan, for people; null: they do, with room.
 * @param records Records of the base, or those that are to be expected
 */
export function recordsSentence(plan: AirtablePlan, records: number): string | null {
  const { name, records: most } = airtablePlans[plan];
  if (records < most * share) return null;
  return `The base has ${number(records)} records; the ${name} plan takes ${number(most)}. Keep rows of Logs and Reports for fewer days (TRIBUTARY_SYNC_BASE_KEEP_DAYS), or choose a larger plan.`;
}

/** Records that a base comes to hold: Logs and Reports of so many days, and one for each of the others. */
export const expectedRecords = (runs: number, keepDays: number, others: number): number =>
  Math.ceil((runs * 2 + editsADay) * keepDays) + others + 1;

const number = (value: number): string => value.toLocaleString('en-US');

/** A span of time for people: "minute", "90 seconds", "6 hours". */
export function span(ms: number): string {
  const units = [
    [dayMs, 'day'],
    [hourMs, 'hour'],
    [minuteMs, 'minute'],
    [1_000, 'second'],
  ] as const;
  const [size, unit] = units.find(([unitMs]) => ms >= unitMs && ms % unitMs === 0) ?? [1_000, 'second'];
  const count = ms / size;
  return count === 1 ? unit : `${Number(count.toFixed(1))} ${unit}s`;
}
