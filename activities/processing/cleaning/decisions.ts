import type { CleaningChange } from '../../../domain/cleaning.ts';
import type { Analysis } from '../../../stores/analysis.ts';
import type { CleanedSeriesDoc, CleaningDecisionDoc, CleaningDoc } from '../../../stores/model.ts';

/** `/decision/<rule>/<start>/<series id>`: no series id begins with a slash. */
export const decisionId = (series: string, change: string): string => `/decision/${change}/${series}`;

export const isCleanedSeries = (doc: CleaningDoc): doc is CleanedSeriesDoc => doc.kind === 'series';
export const isDecision = (doc: CleaningDoc): doc is CleaningDecisionDoc => doc.kind === 'decision';

/** A raw value that moved by less than this is the one that the person meant. */
const sameValue = 0.05;

/** The changes of a series with what people decided of them. A decision ends when the raw values become others. */
export function withDecisions(
  { _id, changes }: Pick<CleanedSeriesDoc, '_id' | 'changes'>,
  decisions: readonly CleaningDecisionDoc[],
): CleaningChange[] {
  const byId = new Map(decisions.map((decision) => [decision._id, decision]));
  return changes.map((change) => {
    const decision = byId.get(decisionId(_id, change.id));
    if (decision?.undone !== true || !isAbout(decision, change)) return { ...change, undone: null };
    const { by, at, why } = decision;
    return { ...change, undone: { by, at, why } };
  });
}

function isAbout({ raw }: CleaningDecisionDoc, { points }: CleaningChange): boolean {
  const now = new Map(points.map(({ start, before }) => [start, before]));
  return raw.some(([start, was]) => {
    const is = now.get(start);
    if (is === undefined) return false;
    if (is === null || was === null) return is === was;
    return Math.abs(is - was) <= sameValue * Math.abs(was);
  });
}

/** What was found in a series, with what people decided of it. */
export interface ReadCleaning {
  readonly doc: CleanedSeriesDoc;
  readonly changes: readonly CleaningChange[];
}

/** What was found in some series, by their ids, in two reads; series that were never looked at are missing. */
export async function readCleanings(
  { cleaning }: Pick<Analysis, 'cleaning'>,
  series: readonly string[],
): Promise<ReadonlyMap<string, ReadCleaning>> {
  const docs = (await cleaning.getMany(series)).filter(isCleanedSeries);
  const ids = docs.flatMap(({ _id, changes }) => changes.map(({ id }) => decisionId(_id, id)));
  const decisions = ids.length === 0 ? [] : (await cleaning.getMany(ids)).filter(isDecision);
  return new Map(docs.map((doc) => [doc._id, { doc, changes: withDecisions(doc, decisions) }]));
}

/** What was found in one series; null of a series that was never looked at. */
export const readCleaning = async (
  analysis: Pick<Analysis, 'cleaning'>,
  series: string,
): Promise<ReadCleaning | null> => (await readCleanings(analysis, [series])).get(series) ?? null;
