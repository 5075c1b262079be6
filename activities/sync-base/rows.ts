import type { Actor } from '../../domain/contracts.ts';
import { idField, type SyncTableKey } from '../../domain/sync-base.ts';
import { type CellEdits, valuesOf } from '../../domain/sync-base-merge.ts';
import type { SyncBaseRowDoc } from '../../stores/model.ts';
import { syncBaseRowId } from '../../stores/sync-bases.ts';
import type { RowDoc } from './ports.ts';

/** Id of a row that a person added and that is nothing of ours yet. */
export const draftId = (recordId: string): string => `new:${recordId}`;
export const isDraft = ({ id }: Pick<RowDoc, 'id'>): boolean => id.startsWith('new:');

/** A row of which nothing is known yet. */
export const newRow = (table: SyncTableKey, id: string, recordId: string | null = null): RowDoc =>
  completed({
    ...{ _id: syncBaseRowId(table, id), table, id, recordId },
    ...{ agreed: {}, refused: {}, message: null, updatedAt: new Date(0) },
  });

/** A row as it is stored, with what it lacks. */
export const completed = (row: SyncBaseRowDoc & Partial<RowDoc>): RowDoc => ({
  ...{ seen: {}, held: {}, faults: [], note: null, edits: {}, txs: {} },
  ...{ deleted: null, sending: null, sent: {}, wroteAt: null, refusal: null, forgotten: false },
  ...row,
});

/** The message of a row; null: there is nothing to say. */
export function messageOf({ faults, note }: Pick<RowDoc, 'faults' | 'note'>): string | null {
  const text = [...faults.map(({ message }) => message), ...(note === null ? [] : [note])].join('\n');
  return text === '' ? null : text;
}

/** As it is stored. */
export const sealed = (row: RowDoc, now: number): RowDoc => ({
  ...row,
  refused: valuesOf(row.held),
  message: messageOf(row),
  updatedAt: new Date(now),
});

export const hasEdits = ({ edits, deleted }: RowDoc): boolean =>
  deleted !== null || Object.keys(edits).length > 0;

/** The Id that a row shows, of a draft the one that its person gave; empty: none. */
export function givenId({ seen, edits }: Pick<RowDoc, 'seen' | 'edits'>): string {
  const value = edits[idField]?.value ?? seen[idField] ?? null;
  return value === null ? '' : String(value).trim();
}

/** Who made edits; several are named together. */
export function actorOfEdits(edits: CellEdits): Actor {
  const names = new Set(Object.values(edits).flatMap(({ by }) => by ?? []));
  return airtableActor(names.size === 0 ? null : [...names].join(' and '));
}

export const airtableActor = (user: string | null): Actor => ({
  kind: 'person',
  id: `airtable:${user ?? 'somebody'}`,
});
