import { defineMachine } from './machine.ts';

export const reportStatuses = ['due', 'running', 'created', 'failed', 'missed'] as const;

/** Where the report of one type and slot stands (document 003). */
export type ReportStatus = (typeof reportStatuses)[number];

/**
 * A report. Fact `inactive`: its type is Inactive, so nothing is due. Fact `realTime`: the type shows
 * the present only, so a past slot cannot be filled. Fact `repeated`: the repeat after N days took place.
 */
export const reportMachine = defineMachine({
  name: 'report',
  statuses: reportStatuses,
  ends: [],
  transitions: [
    { from: [null], event: 'fallDue', to: 'due', unless: 'inactive' },
    { from: ['due', 'missed'], event: 'start', to: 'running' },
    { from: ['running'], event: 'create', to: 'created' },
    { from: ['running'], event: 'fail', to: 'failed' },
    { from: ['created'], event: 'repeat', to: 'running', unless: 'repeated' },
    { from: ['created'], event: 'fill', to: 'running', unless: 'realTime' },
    { from: ['created'], event: 'runByHand', to: 'running' },
    { from: ['due'], event: 'miss', to: 'missed' },
    { from: ['failed'], event: 'clearFail', to: 'due' },
  ],
});

export type ReportEvent = (typeof reportMachine.transitions)[number]['event'];

/** The kinds of failure of a report (document 003, section 5) and the fields that are empty with each. */
export const failedKinds = {
  a: { meaning: 'It could not run on the control side.', empty: ['lastUpdated'] },
  b: { meaning: 'The source gave no reply or an empty report.', empty: ['lastUpdated', 'mongoId'] },
  c: {
    meaning: 'A repeated update failed; the earlier revision is still current.',
    empty: ['updateRepeated'],
  },
} as const satisfies Record<string, { readonly meaning: string; readonly empty: readonly string[] }>;

export type FailedKind = keyof typeof failedKinds;

/**
 * Classifies a failure.
 * @param seen `hasRevision`: an earlier revision is current; `sourceAsked`: the request had gone out to the source
 */
export function failedKind(seen: {
  readonly hasRevision: boolean;
  readonly sourceAsked: boolean;
}): FailedKind {
  if (seen.hasRevision) return 'c';
  return seen.sourceAsked ? 'b' : 'a';
}
