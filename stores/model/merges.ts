import type { Actor } from '../../domain/contracts.ts';
import type { RecordDoc } from './records.ts';

/**
 * A record that is part of a group, as the app has it; the one that stays has it too. `_id` is its key. While it is
 * there, what the app sends of this key is kept here, and `records` has the group's one record.
 */
export interface MergeMemberDoc {
  readonly _id: string;
  /** Key under which readers find it: the id of its group. */
  readonly survivor: string;
  /** Null: deleted at the app since the group was looked at last. */
  readonly record: RecordDoc | null;
  /** Session that merged it. */
  readonly mergedIn: string;
}

/** Records that mean one thing. `_id` is the key of the record that stays. */
export interface MergeGroupDoc {
  readonly _id: string;
  /** All of them in order, the one that stays too. */
  readonly keys: readonly string[];
  /** What two of them have in common, in words of the rule: `email`, `name + date`, `accepted by a person`. */
  readonly matchedBy: readonly string[];
  /** Session that changed who belongs to it. */
  readonly sessionId: string;
  readonly at: Date;
}

/** Two records that are nearly equal, or that a person decided about. `_id` is made of both keys. */
export interface MergePairDoc {
  readonly _id: string;
  /** In order. */
  readonly keys: readonly [string, string];
  /** Why a person is asked; null where nobody asked. */
  readonly suggested: {
    readonly by: 'name' | 'address';
    /** 0 to 1. */
    readonly similarity: number;
    readonly sessionId: string;
  } | null;
  /** `same`: one record. `different`: never one. Null: it waits for an answer. */
  readonly decision: {
    readonly is: 'same' | 'different';
    /** `undo` of a merge, or the answer to a suggestion. */
    readonly from: 'undo' | 'suggestion';
    readonly by: Actor;
    readonly why: string | null;
    readonly at: Date;
  } | null;
  /** Changed by a person since the last session: the next one looks at both. */
  readonly pending: boolean;
  readonly at: Date;
}

/** Part of the index of match keys, how far it is, or the report of a session, as JSON. */
export interface MergeKeysDoc {
  readonly _id: string;
  readonly data: string;
  readonly at: Date;
}
