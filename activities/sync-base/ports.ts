import type { LogLine } from '../../domain/automations.ts';
import type { Actor } from '../../domain/contracts.ts';
import type { SyncTableKey } from '../../domain/sync-base.ts';
import type { CellEdit, CellEdits, CellFault, Cells } from '../../domain/sync-base-merge.ts';
import type { SyncBaseRowDoc, SyncBaseWebhook } from '../../stores/model.ts';

/** An edit with its place in the order of the base's transactions. */
export interface StampedEdit extends CellEdit {
  /** Number of Airtable's transaction; null: it was found by a listing. */
  readonly tx: number | null;
}

/** A value that we wrote into a cell. */
export interface SentCell {
  /** Of the value: the value itself may have to go. */
  readonly hash: string;
  /** When it was given to Airtable, ms since 1970 by our clock. */
  readonly at: number;
  /** Number of the transaction by which Airtable told of it; null: it has not yet. */
  readonly tx: number | null;
}

/** A write that Airtable did not take. */
export interface RefusedWrite {
  /** Hash of the cells. */
  readonly of: string;
  /** Why, for people. */
  readonly text: string;
  readonly tries: number;
  /** Before that it is not tried again, ms since 1970, unless something else is to be written. */
  readonly until: number;
}

/** A row of a SYNC base with all that the reconciliation knows of it. */
export interface RowDoc extends SyncBaseRowDoc {
  /** What Airtable shows, as far as known. */
  readonly seen: Cells;
  /** What people wrote and we cannot take; `refused` has the values alone. */
  readonly held: CellEdits;
  /** Why, for each. */
  readonly faults: readonly CellFault[];
  /** What happened to the row besides, for people. */
  readonly note: string | null;
  /** What people wrote and nobody has looked at yet. */
  readonly edits: Readonly<Record<string, StampedEdit>>;
  /** Of each field the last transaction that was taken in: one that comes again, or late, is none. */
  readonly txs: Readonly<Record<string, number>>;
  /** A person deleted the record, and nobody has acted on it yet. */
  readonly deleted: { readonly by: string | null } | null;
  /** What is being written; known also after a crash. */
  readonly sending: Cells | null;
  /** What we wrote into each field, the oldest first: Airtable tells of it as of anybody's edit. */
  readonly sent: Readonly<Record<string, readonly SentCell[]>>;
  readonly wroteAt: number | null;
  /** Null: what was written last was taken. */
  readonly refusal: RefusedWrite | null;
  /** A person deleted a row that is not written again. */
  readonly forgotten: boolean;
}

/** What one transaction in Airtable did to one record. */
export interface BaseChange {
  readonly table: SyncTableKey;
  readonly recordId: string;
  readonly kind: 'created' | 'changed' | 'deleted';
  readonly tx: number;
  /** ms since 1970. */
  readonly at: number;
  readonly by: string | null;
  readonly developer: boolean;
  /** It came by the API, as what we write does. */
  readonly byApi: boolean;
  readonly cells: Cells;
}

/** A record as a listing shows it: every field, empty ones as null. */
export interface BaseRecord {
  readonly recordId: string;
  /** ISO 8601. */
  readonly createdTime: string;
  readonly cells: Cells;
}

/** What a write of one row came to. */
export type Written =
  /** `stored`: cells that Airtable keeps otherwise than they were written. */
  | { readonly recordId: string; readonly stored?: Cells }
  /** `gone`: there is no such record any more. */
  | { readonly recordId: null; readonly gone: boolean; readonly text: string };

/** The base at Airtable. All throw TributaryError where it cannot be asked. */
export interface BaseFace {
  /** What changed since; null: that is not known any more, and everything has to be listed. */
  changes(cursor: number): Promise<{
    readonly changes: readonly BaseChange[];
    readonly cursor: number;
    readonly more: boolean;
  } | null>;
  /** Begins to note changes. @returns what says where, for `begun` */
  begin(): Promise<SyncBaseWebhook>;
  list(table: SyncTableKey): Promise<readonly BaseRecord[]>;
  /** At most ten rows; those without a record are found or made by the field Id. */
  write(
    table: SyncTableKey,
    rows: readonly { readonly recordId: string | null; readonly cells: Cells }[],
  ): Promise<readonly Written[]>;
  /** Records that are not there are no error. */
  remove(table: SyncTableKey, recordIds: readonly string[]): Promise<void>;
}

/** A row as it should be. */
export interface OurRow {
  readonly id: string;
  readonly cells: Cells;
  /** When a field of it was last changed here, ms since 1970. */
  readonly changedAt: (field: string) => number;
}

/** What a row becomes by its edits. */
export interface RowEdit {
  readonly id: string;
  /** All its cells as they are to be. */
  readonly cells: Cells;
  /** Those that change. */
  readonly fields: readonly string[];
  /** When each was written in Airtable, ms since 1970; one that is not there: not known. */
  readonly times: Readonly<Record<string, number>>;
  readonly by: Actor;
  /** What there is to say besides, for Logs; empty: nothing. */
  readonly remark: string;
}

/** What a table shows of ours, and takes. */
export interface TableFace {
  readonly key: SyncTableKey;
  /** Every row that is to be in the base. */
  list(): Promise<readonly OurRow[]>;
  /** Null: it is not there (any more). */
  get(id: string): Promise<OurRow | null>;
  /** What would be wrong with such a row; `cells` says what it may have to look up. Missing: nothing can be edited. */
  checker?(id: string | null, cells: Cells): Promise<(cells: Cells) => readonly CellFault[]>;
  /** Fields that are right or wrong together. */
  readonly together?: readonly string[];
  /** Takes edits over, with their row in Logs. May be repeated. @throws {TributaryError} what refuses them */
  edit?(edit: RowEdit): Promise<void>;
  /** Makes what a person added. @returns its id, or what is wrong or missing */
  create?(
    cells: Cells,
    by: Actor,
  ): Promise<{ readonly id: string } | { readonly faults: readonly CellFault[] }>;
  /** A person deleted the row. May be repeated. @returns what the row says then */
  gone?(id: string, by: Actor): Promise<string>;
}

/** What a pass works with. */
export interface PassPorts {
  readonly face: BaseFace;
  readonly tables: readonly TableFace[];
  readonly rows: {
    table(key: SyncTableKey): Promise<readonly RowDoc[]>;
    putMany(rows: readonly RowDoc[]): Promise<void>;
    remove(ids: readonly string[]): Promise<void>;
  };
  /** Where the changes are read; null: nowhere yet, or everything is to be listed. */
  readonly cursor: {
    get(): Promise<number | null>;
    move(cursor: number): Promise<void>;
    /** Everything was listed: from here on changes are read. */
    begun(webhook: SyncBaseWebhook): Promise<void>;
  };
  /** Adds a row to Logs; the same `mark` and time again is the same row. */
  log(line: LogLine, mark: string): Promise<void>;
  readonly now: () => number;
  /** After so long a push leaves the rest to the next pass, in ms; missing: never. */
  readonly pushMs?: number;
}
