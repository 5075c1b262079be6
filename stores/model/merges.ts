import type { Actor } from '../../domain/contracts.ts';
import type { RecordDoc } from './records.ts';

/**
 * A record that is part of a group, as the app has it; the one that stays has it too. `_id` is its key. While it is
 * there, what the app sends of this key is kept here, and `records` has the group's one record.
 */
export interface MergeMemberDoc {
  readonly _id: string;
  /** The id of its group: the key under which readers find it. */
  readonly survivor: string;
  /** Readers find it in another connection; the group is then called by the first of its keys here. */
  readonly away?: true;
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
  /** Those of other connections that the record says too, as `<connection>/<key>`. */
  readonly others?: readonly string[];
  /** The record that stays is in another connection. */
  readonly away?: true;
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

/** Of which group a record is, where connections of a company are compared. `_id` is `<connection>/<key>`. */
export interface AcrossNodeDoc {
  readonly _id: string;
  /** Id of the group. */
  readonly group: string;
}

/**
 * Records of several connections that are one. `_id` is the record that stays, as `<connection>/<key>`. A record belongs
 * to it when its own document says so too.
 */
export interface AcrossGroupDoc {
  readonly _id: string;
  readonly nodes: readonly string[];
  readonly connections: readonly string[];
  readonly matchedBy: readonly string[];
  /** Session that changed who belongs to it. */
  readonly sessionId: string;
  readonly at: Date;
}

/** What people decided about records of two connections; the keys are `<connection>/<key>`. */
export interface AcrossPairDoc extends MergePairDoc {
  readonly connections: readonly string[];
}

/** A record that a session of its connection has to bring to what its group says. `_id` is `<connection>/<key>`. */
export interface AcrossTodoDoc {
  readonly _id: string;
  /** It has to be compared again too. */
  readonly judge: boolean;
  /** The record that readers have to find elsewhere first, as itself or as part of another; null: it can be done. */
  readonly waitsFor: string | null;
}
