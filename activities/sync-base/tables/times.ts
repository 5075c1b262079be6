import type { FieldTimes } from '../../../stores/model.ts';

/** The field of a document that a cell shows; undefined: none by itself. */
type FieldOf = (cell: string) => string | undefined;

/** When a cell of a document was changed last, ms since 1970. */
export const timesIn =
  (
    { changedAt = {}, createdAt }: { readonly changedAt?: FieldTimes; readonly createdAt: Date },
    fieldOf: FieldOf,
  ) =>
  (cell: string): number =>
    (changedAt[fieldOf(cell) ?? ''] ?? createdAt).getTime();

/** The times of edits for the document that takes them over: when they were made, so that those of another base compare. */
export const timesFor = (times: Readonly<Record<string, number>>, now: Date, fieldOf: FieldOf): FieldTimes =>
  Object.fromEntries(
    Object.entries(times).flatMap(([cell, at]) => {
      const field = fieldOf(cell);
      return field === undefined ? [] : [[field, new Date(Math.min(at, now.getTime()))]];
    }),
  );
