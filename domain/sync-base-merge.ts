import { type Cell, messageField, type SyncField } from './sync-base.ts';

/** Cells of a row by the field's name; one that is not there is not known. */
export type Cells = Readonly<Record<string, Cell>>;

/** What somebody wrote into a cell in Airtable. */
export interface CellEdit {
  readonly value: Cell;
  /** ms since 1970 by Airtable's clock; null: it was found by a listing, which tells no time. */
  readonly at: number | null;
  /** Who, for Logs; null: not known. */
  readonly by: string | null;
  /** Whether he is one of the developers. */
  readonly developer: boolean;
}
export type CellEdits = Readonly<Record<string, CellEdit>>;

/** What is wrong with a cell, for the person who wrote it. */
export interface CellFault {
  readonly field: string;
  /** A sentence. */
  readonly message: string;
}

/** What is known of a row of both sides. */
export interface RowState {
  /** Of each field the last value that both sides had. */
  readonly agreed: Cells;
  /** What Airtable shows, as far as known. */
  readonly seen: Cells;
  /** What people wrote and we could not take: it stays as they wrote it, and is tried again. */
  readonly held: CellEdits;
  /** When we last wrote to the row, ms since 1970; null: never. */
  readonly wroteAt: number | null;
}

/** An edit in Airtable that did not win, or was not allowed. */
export interface RefusedEdit {
  readonly field: string;
  readonly edit: CellEdit;
  /** Our value, which stays. */
  readonly ours: Cell;
  /** Our value is not to be repeated. */
  readonly unsaid: boolean;
  /** `service`: we write the field. `developer`: developers do. `clearOnly`: it may only be emptied. `later`: ours was changed later. */
  readonly why: 'service' | 'developer' | 'clearOnly' | 'later';
}

/** What became of the edits of a row. */
export interface MergedRow {
  readonly seen: Cells;
  readonly held: CellEdits;
  /** Of what is held, why. */
  readonly faults: readonly CellFault[];
  /** What we take over. */
  readonly take: CellEdits;
  /** Fields of `take` that were changed here too, but earlier, with our value. */
  readonly over: Cells;
  readonly refused: readonly RefusedEdit[];
}

/** What the merge of a row starts from. */
export interface Merge {
  readonly fields: readonly Pick<SyncField<never>, 'name' | 'owner' | 'clearOnly' | 'words'>[];
  readonly row: RowState;
  readonly ours: Cells;
  /** When a cell of ours was last changed, ms since 1970. */
  readonly oursAt: (field: string) => number;
  /** The newest of each cell. */
  readonly edits: CellEdits;
  /** What would be wrong with a row of ours with these cells; none: nothing. */
  readonly check: (cells: Cells) => readonly CellFault[];
  /** Fields that are right or wrong together: a fault of one that nobody edited is that of the others. */
  readonly together?: readonly string[];
}

/** Airtable's clock and ours may differ by so much: an edit that is not later than that after our write may lie below it. */
export const clockSlackMs = 60_000;

/**
 * The rule of the SYNC base, field by field. What only one side changed counts. Where both did, the later change counts;
 * one whose time is not known is the person's, and so is a tie. What only we may write is put back. What cannot be
 * understood changes nothing here and stays in its cell.
 */
export function mergeRow({ fields, row, ours, oursAt, edits, check, together = [] }: Merge): MergedRow {
  const seen: Record<string, Cell> = { ...row.seen };
  const held: Record<string, CellEdit> = {};
  const take: Record<string, CellEdit> = {};
  const over: Record<string, Cell> = {};
  const refused: RefusedEdit[] = [];
  for (const { name, owner, clearOnly, words } of fields) {
    const fresh = edits[name];
    const edit = fresh ?? row.held[name];
    if (edit === undefined) continue;
    const our = ours[name] ?? null;
    if (fresh !== undefined) {
      // What we wrote since may lie over it: the cell is written in any case.
      if (isBelow(fresh, row.wroteAt)) delete seen[name];
      else seen[name] = fresh.value;
    }
    if (edit.value === our || name === messageField) continue;
    const why =
      owner === 'service'
        ? 'service'
        : owner === 'developer' && !edit.developer
          ? 'developer'
          : clearOnly === true && edit.value !== null
            ? 'clearOnly'
            : null;
    if (why !== null) refused.push({ field: name, edit, ours: our, unsaid: words === true, why });
    else take[name] = edit;
  }

  const faults: CellFault[] = [];
  const hold = (name: string, message: string): void => {
    const edit = take[name];
    if (edit === undefined) return;
    held[name] = edit;
    delete take[name];
    faults.push({ field: name, message });
  };
  const settle = (): void => {
    for (;;) {
      const names = Object.keys(take);
      if (names.length === 0) return;
      const wrong = check({ ...ours, ...valuesOf(take) });
      let before = names.length;
      for (const { field, message } of wrong) hold(field, message);
      if (Object.keys(take).length === before) {
        // What is wrong is a cell that nobody edited: it became so by those that go with it.
        const [first] = wrong.filter(({ field }) => together.includes(field));
        for (const name of first === undefined ? [] : names)
          if (together.includes(name)) hold(name, first?.message ?? '');
      }
      before -= Object.keys(take).length;
      if (before === 0) return;
    }
  };

  settle();
  for (const [name, edit] of Object.entries(take)) {
    const our = ours[name] ?? null;
    const agreed = row.agreed[name];
    if (agreed === undefined || our === agreed) continue;
    if (edit.at !== null && oursAt(name) > edit.at) {
      refused.push({ field: name, edit, ours: our, unsaid: false, why: 'later' });
      delete take[name];
    } else over[name] = our;
  }
  settle();
  const kept = Object.fromEntries(Object.entries(over).filter(([name]) => take[name] !== undefined));
  return { seen, held, faults, take, over: kept, refused };
}

const isBelow = ({ at }: CellEdit, wroteAt: number | null): boolean =>
  at !== null && wroteAt !== null && at <= wroteAt + clockSlackMs;

export const valuesOf = (edits: CellEdits): Cells =>
  Object.fromEntries(Object.entries(edits).map(([name, { value }]) => [name, value]));

/** The cells that a row should have: ours, what people wrote and we could not take, and what is wrong with it. */
export const wantedCells = (ours: Cells, held: CellEdits, message: string | null): Cells => ({
  ...ours,
  ...valuesOf(held),
  [messageField]: message,
});

/** What is to be written, so that a row shows what it should; none: nothing. A new row's empty cells need no write. */
export const cellsToWrite = (wanted: Cells, seen: Cells, isNew: boolean): Cells =>
  Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => seen[name] !== value && !(isNew && value === null)),
  );

/** What Airtable surely shows: of what was being written when a pass broke off nobody knows whether it arrived. */
export const sureCells = (seen: Cells, sending: Cells | null): Cells =>
  sending === null
    ? seen
    : Object.fromEntries(Object.entries(seen).filter(([name]) => sending[name] === undefined));

/** The values that both sides have now. */
export const agreedCells = (agreed: Cells, ours: Cells, seen: Cells): Cells => ({
  ...agreed,
  ...Object.fromEntries(Object.entries(ours).filter(([name, value]) => seen[name] === value)),
});

/** What a listing shows that differs from what is known, as edits without a time; what we were just writing is none. */
export function editsFound(
  shown: Cells,
  { seen, sending }: { readonly seen: Cells; readonly sending: Cells | null },
): CellEdits {
  const found: Record<string, CellEdit> = {};
  for (const [name, value] of Object.entries(shown))
    if (value !== seen[name] && !(sending !== null && sending[name] === value))
      found[name] = { value, at: null, by: null, developer: false };
  return found;
}

/** A sentence about an edit that was put back, for the row. */
export function refusalText({ field, ours, unsaid, why }: RefusedEdit): string {
  const now = unsaid ? 'what it was' : shownCell(ours);
  switch (why) {
    case 'service':
      return `${field} is written by the service: it was put back to ${now}.`;
    case 'developer':
      return `${field} may only be changed by a developer: it was put back to ${now}.`;
    case 'clearOnly':
      return `${field} can only be emptied here: it was put back to ${now}.`;
    case 'later':
      return `${field} was changed in the service after this edit: the later change counts, it is ${now}.`;
  }
}

/** A value in a sentence. */
export const shownCell = (value: Cell): string =>
  value === null ? 'empty' : value === true ? 'on' : typeof value === 'number' ? String(value) : `"${value}"`;
