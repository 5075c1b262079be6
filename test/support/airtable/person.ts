import { cellOf, makeChoice } from './cells.ts';
import type { Actor } from './journal.ts';
import { type Base, type Cell, fieldOf, type NewField, newField, type Table } from './model.ts';
import { createRecord } from './records.ts';

export const anna: Actor['user'] = { id: 'usrAnna0000000001', email: 'anna@example.com', name: 'Anna' };

/** Does in a base what people do on Airtable's page; none of it is a request. */
export function createPerson(
  base: Base,
  tableOf: (name: string) => Table,
  user: Actor['user'] = anna,
  source: Actor['source'] = 'client',
) {
  const { journal } = base;
  const act = <T>(run: () => T): T => journal.act({ source, user }, run);
  const recordOf = (table: Table, id: string) => {
    const found = table.records.find((record) => record.id === id);
    if (found === undefined) throw new Error(`There is no record ${id}.`);
    return found;
  };
  const set = (table: Table, cells: Map<string, Cell>, values: Readonly<Record<string, unknown>>): void => {
    for (const [name, value] of Object.entries(values)) {
      const field = fieldOf(table, name);
      makeChoice(field, value);
      const cell = cellOf(field, value === false ? null : value, false);
      if (cell === null) cells.delete(field.id);
      else cells.set(field.id, cell);
    }
  };
  return {
    /** Several calls within `run` are one action. */
    act,
    /** Cells by the field's name; null empties one. An option of a select that is not there is made. */
    edit: (name: string, record: string, values: Readonly<Record<string, unknown>>): void =>
      act(() => {
        const table = tableOf(name);
        const found = recordOf(table, record);
        journal.changed(table, found, new Map(found.cells));
        set(table, found.cells, values);
      }),
    /** @returns the record's id */
    add: (name: string, values: Readonly<Record<string, unknown>> = {}): string =>
      act(() => {
        const table = tableOf(name);
        const record = createRecord(table);
        set(table, record.cells, values);
        return record.id;
      }),
    remove: (name: string, ...records: readonly string[]): void =>
      act(() => {
        const table = tableOf(name);
        for (const id of records) journal.destroyed(table, recordOf(table, id).id);
        table.records = table.records.filter(({ id }) => !records.includes(id));
      }),
    renameField: (name: string, from: string, to: string): void =>
      act(() => {
        const field = fieldOf(tableOf(name), from);
        journal.fieldChanged(tableOf(name), field.id, { name: to }, { name: from });
        field.name = to;
      }),
    deleteField: (name: string, fieldName: string): void =>
      act(() => {
        const table = tableOf(name);
        const { id } = fieldOf(table, fieldName);
        journal.fieldDestroyed(table, id);
        table.fields = table.fields.filter((field) => field.id !== id);
        for (const { cells } of table.records) cells.delete(id);
      }),
    /** Cells that the new type does not take are emptied. */
    retypeField: (name: string, fieldName: string, wanted: Omit<NewField, 'name'>): void =>
      act(() => {
        const table = tableOf(name);
        const old = fieldOf(table, fieldName);
        const made = { ...newField({ name: `${fieldName} `, ...wanted }, []), id: old.id, name: old.name };
        journal.fieldChanged(table, old.id, { type: made.type }, { type: old.type });
        table.fields = table.fields.map((field) => (field === old ? made : field));
        for (const record of table.records) {
          const cell = record.cells.get(old.id);
          if (cell === undefined) continue;
          journal.changed(table, record, new Map(record.cells));
          try {
            record.cells.set(old.id, cellOf(made, cell, true));
          } catch {
            record.cells.delete(old.id);
          }
        }
      }),
    /** Cells keep the option, which has another name from now on. */
    renameOption: (name: string, fieldName: string, from: string, to: string): void =>
      act(() => {
        const table = tableOf(name);
        const field = fieldOf(table, fieldName);
        const choice = field.options?.choices?.find((one) => one.name === from);
        if (choice === undefined) throw new Error(`There is no option ${from}.`);
        choice.name = to;
        for (const { cells } of table.records) if (cells.get(field.id) === from) cells.set(field.id, to);
      }),
    /** Cells with the option are emptied. */
    deleteOption: (name: string, fieldName: string, option: string): void =>
      act(() => {
        const table = tableOf(name);
        const field = fieldOf(table, fieldName);
        const choices = field.options?.choices ?? [];
        choices.splice(0, choices.length, ...choices.filter((one) => one.name !== option));
        for (const record of table.records) {
          if (record.cells.get(field.id) !== option) continue;
          journal.changed(table, record, new Map(record.cells));
          record.cells.delete(field.id);
        }
      }),
    /** Copies a row, its key included. @returns the copy's id */
    duplicate: (name: string, record: string): string =>
      act(() => {
        const table = tableOf(name);
        const copy = createRecord(table);
        for (const [field, cell] of recordOf(table, record).cells) copy.cells.set(field, cell);
        return copy.id;
      }),
  };
}
