import {
  type Cell,
  fieldsOfTable,
  idField,
  messageField,
  type SyncTableKey,
  syncTables,
} from './sync-base.ts';
import { type CellFault, type Cells, shownCell } from './sync-base-merge.ts';

/** A row of ours and what is known of it in the base. */
export interface OurSide {
  readonly id: string;
  readonly cells: Cells;
}
export interface TheirSide {
  readonly record: string;
  /** What its field Id holds. */
  readonly id: string | null;
  readonly cells: Cells;
}
export interface KnownSide {
  readonly agreed: Cells;
  readonly refused: Cells;
  readonly faults?: readonly CellFault[];
}

/** One way in which both sides differ. */
export interface Difference {
  readonly table: string;
  /** Our id; of a row that a person added, Airtable's. */
  readonly row: string;
  /** Null: the whole row. */
  readonly field: string | null;
  readonly ours: Cell;
  readonly theirs: Cell;
  /** Why, and what becomes of it, for people. */
  readonly why: string;
}

/** How a table of the base differs from ours, row by row and field by field; none: it does not. */
export function differencesOf(
  key: SyncTableKey,
  ours: readonly OurSide[],
  theirs: readonly TheirSide[],
  known: (id: string) => KnownSide | undefined,
): readonly Difference[] {
  const { name: table, peopleAdd } = syncTables[key];
  const found: Difference[] = [];
  const whole = (row: string, why: string): void =>
    void found.push({ table, row, field: null, ours: null, theirs: null, why });
  const byId = new Map<string, TheirSide>();
  for (const one of theirs) {
    const id = one.id ?? '';
    if (byId.has(id) && id !== '') whole(id, 'There are two rows of this id; the older one counts.');
    else byId.set(id === '' ? one.record : id, one);
  }
  for (const our of ours) {
    const their = byId.get(our.id);
    byId.delete(our.id);
    if (their === undefined) {
      whole(our.id, 'It is not in the base; it is written at the next look.');
      continue;
    }
    const { agreed = {}, refused = {}, faults = [] } = known(our.id) ?? {};
    for (const { name, owner } of fieldsOfTable(key)) {
      const [o, t] = [our.cells[name] ?? null, their.cells[name] ?? null];
      if (name === idField || name === messageField || o === t) continue;
      const a = agreed[name] ?? null;
      const fault = faults.find(({ field }) => field === name)?.message ?? '';
      const why =
        refused[name] !== undefined && refused[name] === t
          ? `What is written there cannot be taken. ${fault}`.trim()
          : owner === 'service'
            ? 'The service writes this field; its value is written at the next look.'
            : t === a
              ? 'It was changed here; it is written at the next look.'
              : o === a
                ? `It was changed in Airtable${owner === 'developer' ? '; an edit by a developer is taken, by others it is put back' : '; it is taken at the next look'}.`
                : 'It was changed on both sides; the later edit counts.';
      found.push({ table, row: our.id, field: name, ours: o, theirs: t, why });
    }
  }
  for (const [row, { id }] of byId)
    whole(
      row,
      peopleAdd && id === null
        ? 'A person added it; it is made here once it is complete (its Message says what is missing).'
        : 'There is nothing of this id here, or it is older than the days that are kept.',
    );
  return found;
}

/** A difference in one line. */
export const differenceText = ({ table, row, field, ours, theirs, why }: Difference): string =>
  field === null
    ? `${table} / ${row}: ${why}`
    : `${table} / ${row}: ${field} is ${shownCell(ours)} here and ${shownCell(theirs)} in Airtable. ${why}`;
