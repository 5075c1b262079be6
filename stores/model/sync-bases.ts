import type { Actor } from '../../domain/contracts.ts';
import type { Cell, SyncTableKey } from '../../domain/sync-base.ts';
import type { AirtablePlan } from '../../domain/sync-base-plan.ts';
import type { BaseIds } from '../../domain/sync-base-schema.ts';

/** A SYNC base that is attached. `_id` is Airtable's id of the base; compare-and-set goes by (_id, seq). */
export interface SyncBaseDoc {
  readonly _id: string;
  readonly plan: AirtablePlan;
  /** How often it is looked at, in ms. */
  readonly everyMs: number;
  /** Of its tables and fields, by our names. */
  readonly ids: BaseIds;
  /** Null: there is none yet, or it expired: it is made again, and the tables are listed once. */
  readonly webhook: SyncBaseWebhook | null;
  /** Tables and fields that cannot be used; missing: none was found. */
  readonly unfit?: readonly SyncBaseUnfit[];
  /** One of the rows that Airtable did not take, and why; null or missing: it took all. */
  readonly refused?: string | null;
  /** When its tables were looked at for that; missing: only when it was set up. */
  readonly lookedAt?: Date;
  /** Why nothing can be taken from it or written to it; null: all is well. */
  readonly problem: SyncBaseProblem | null;
  /** Calls of Airtable's API by month, `YYYY-MM` (UTC); the newest 13 months. */
  readonly calls: Readonly<Record<string, number>>;
  /** When a pass last went through to its end. */
  readonly passedAt: Date | null;
  /** Records in the base when they were last counted; null: they were not. */
  readonly records: number | null;
  /** Every row is written at the next pass, whatever was agreed: the base was lost, or is new. */
  readonly everything: boolean;
  readonly attachedBy: Actor;
  readonly attachedAt: Date;
  readonly updatedAt: Date;
  readonly seq: number;
}

/** A table or field that is not there, or is of another type. */
export interface SyncBaseUnfit {
  readonly table: SyncTableKey;
  /** Null: the whole table. */
  readonly field: string | null;
  /** For people. */
  readonly sentence: string;
}

/** How its changes are read. */
export interface SyncBaseWebhook {
  readonly id: string;
  /** The payload to be read next. */
  readonly cursor: number;
  /** Nothing is noted after it; each reading puts it off by seven days. */
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

export interface SyncBaseProblem {
  /** A code of the error table. */
  readonly code: string;
  /** For people. */
  readonly text: string;
  readonly since: Date;
}

/** A row of a SYNC base. One collection for each base; `_id` is `<table>/<our id>`. */
export interface SyncBaseRowDoc {
  readonly _id: string;
  readonly table: SyncTableKey;
  /** Our id: what the field Id holds. Of a row that a person added and that is not whole yet: `new:<record id>`. */
  readonly id: string;
  /** Airtable's; null: it is not written yet, or was deleted. */
  readonly recordId: string | null;
  /** By the field's name: the last values that both sides had. */
  readonly agreed: Readonly<Record<string, Cell>>;
  /** What the person wrote and we cannot take, by the field's name; those cells are left as they are. */
  readonly refused: Readonly<Record<string, Cell>>;
  /** What is wrong with the row, as it is or will be in Message; null: nothing. */
  readonly message: string | null;
  readonly updatedAt: Date;
}
