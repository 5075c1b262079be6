import type { ResourceDefinition } from '../../connectors/definition.ts';
import { timeOf } from '../../connectors/rest/since.ts';
import type { Scope } from '../../domain/contracts.ts';
import { compareCursors } from '../../domain/cursor.ts';
import { everything } from '../../stores/loading.ts';
import type { CursorDoc, ReadPlan, ResourceSetting } from '../../stores/model.ts';
import { keepsPlace } from './bookmarks.ts';

/** What decides what a session reads of a resource. */
export interface PlanInput {
  readonly resource: Pick<ResourceDefinition, 'id' | 'incremental'>;
  readonly setting: Pick<ResourceSetting, 'historyStart'> | undefined;
  readonly scope: Pick<Scope, 'full' | 'range'>;
  /** The cursor that the last session left. */
  readonly committed: Pick<CursorDoc, 'value'> | null;
}

/**
 * What one session reads of a resource: a range where the scope names one, what changed since the committed cursor
 * where the app can tell it, else everything from the start of the history that is wanted.
 */
export function planRead({ resource, setting, scope, committed }: PlanInput): ReadPlan {
  const incremental = resource.incremental !== undefined;
  // The place of a source that keeps its own is no time: what is outside of a range, or before the start, is passed over.
  const asksByTime = incremental && !keepsPlace(resource);
  const { range, full = false } = scope;
  if (range !== undefined)
    return {
      kind: 'range',
      since: asksByTime ? range.from : null,
      until: asksByTime ? range.to : null,
      from: range.from,
      to: range.to,
    };
  const start = setting?.historyStart ?? null;
  const since = committed?.value ?? null;
  if (incremental && !full && since !== null)
    return { kind: 'changes', since, until: null, from: start, to: null };
  return { ...everything, since: asksByTime ? start : null, from: start };
}

/** Whether a row is outside of what is read. One without a cursor value cannot be in a range. */
export function isOutside({ kind, from, to }: Pick<ReadPlan, 'kind' | 'from' | 'to'>, cursor: string | null) {
  if (cursor === null) return kind === 'range';
  return (from !== null && compareTimes(cursor, from) < 0) || (to !== null && compareTimes(cursor, to) >= 0);
}

/** The same as what is asked for; other ways to write a time as JavaScript reads them. */
const instantOf = (value: string): number => timeOf(value) ?? Date.parse(value);

/** Compares a cursor value with an ISO 8601 time; as texts where they are no times. Below 0: the first is earlier. */
export function compareTimes(cursor: string, time: string): number {
  const difference = instantOf(cursor) - instantOf(time);
  return Number.isNaN(difference) ? compareCursors(cursor, time) : difference;
}
